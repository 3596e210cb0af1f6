import Testing

@Test("Only the known entries lie in the root folder")
func topLevelEntries() throws {
  let found = try Repository.topLevel().filter { !$0.hasPrefix(".") }
  #expect(Set(found).subtracting(House.topLevel).isEmpty)
}

@Test("No unfinished work and no path of one machine in sources, tests and texts")
func noLeftovers() throws {
  // Written so that this file does not find itself.
  let unfinished = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "not implemented " + "yet"]
  let machine = ["/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/"]
  let files =
    try Repository.files(under: "Sources") + Repository.files(under: "Tests", endingIn: ".swift")
    + Repository.files(under: "docs", endingIn: ".md")
    + Repository.files(under: "samples", endingIn: ".py") + ["README.md", "Makefile"]
  for file in files where !file.hasPrefix("Sources/CModelSchemas/") {
    for (number, line) in try Repository.lines(file).enumerated() {
      for word in unfinished + machine {
        #expect(!line.contains(word), "\(file):\(number + 1) has \(word)")
      }
    }
  }
}

@Test("Swift files have at most 500 lines, recorded tables apart")
func shortFiles() throws {
  for folder in ["Sources", "Tests"] {
    for file in try Repository.files(under: folder, endingIn: ".swift")
    where !file.hasSuffix("+Recorded.swift") && !file.hasSuffix("+Table.swift") {
      let count = try Repository.lines(file).count
      #expect(count <= 500, "\(file) has \(count) lines")
    }
  }
}
