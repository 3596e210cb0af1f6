import Testing

/// The names of the modules that a line imports.
private func imports(_ line: Substring) -> String? {
  let pattern =
    #/^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|typealias|func|let|var|actor)\s+)?(\w+)/#
  return line.firstMatch(of: pattern).map { String($0.1) }
}

@Test("The pattern sees every way to write an import")
func importPattern() {
  let written = [
    "import A", "  internal import B", "public import struct C.D", "@testable import E",
    "@_exported public import F", "@preconcurrency import G", "@_spi(X) import H",
  ]
  #expect(written.map { imports($0[...]) } == ["A", "B", "C", "E", "F", "G", "H"])
  #expect(imports("/// import nothing") == nil)
  #expect(imports("important(x)") == nil)
}

@Test("The table itself forbids what it should")
func tableForbids() {
  #expect(House.allows("ModelIR", "ByteStore"))
  #expect(!House.allows("ByteStore", "ModelIR"))
  #expect(!House.allows("NumPyFormat", "ONNXFormat"))
  #expect(!House.allows("ModelVerification", "GraphTransforms"))
  #expect(!House.allows("ModelPipeline", "ArgumentParser"))
  #expect(!House.allows("ModelPipeline", "SomethingElse"))
  #expect(!House.allows("BatchNormalizationTraining", "bnfold"))
  #expect(!House.allows("bnfold", "BatchNormalizationTraining"))
}

@Test("Every import under Sources goes down the list of modules")
func importsGoDown() throws {
  let files = try Repository.files(under: "Sources", endingIn: ".swift")
  #expect(files.count > 20)
  for file in files {
    let module = House.module(of: file)
    for (number, line) in try Repository.lines(file).enumerated() {
      guard line.contains("import"), let imported = imports(line) else { continue }
      #expect(House.allows(module, imported), "\(file):\(number + 1) imports \(imported)")
    }
  }
}

@Test("Sources holds exactly the modules of the list, and README.md names each")
func modulesAreListed() throws {
  let files = try Repository.files(under: "Sources")
  let found = Set(files.map(House.module))
  #expect(found == Set(House.modules))
  let readme = try Repository.text("README.md")
  for module in House.modules {
    #expect(readme.contains("`\(module)`"), "README.md does not name \(module)")
  }
}

@Test("The word unsafe stays where bytes, messages, elements and kernels are")
func unsafeStaysAtHome() throws {
  let word = #/\bunsafe\b/#
  for file in try Repository.files(under: "Sources", endingIn: ".swift")
  where !House.unsafeFolders.contains(where: { file.hasPrefix($0) }) {
    for (number, line) in try Repository.lines(file).enumerated() {
      // Comments and messages may use the word.
      let code = line.prefix { $0 != "/" && $0 != "\"" }
      let isUnsafe = code.contains("unsafe") && code.contains(word)
      #expect(!isUnsafe, "\(file):\(number + 1): unsafe")
    }
  }
}
