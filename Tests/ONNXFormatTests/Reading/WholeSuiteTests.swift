import ByteStore
import Foundation
import ModelFormats
import ModelIR
import ONNXFormat
import Testing

/// Files below a folder whose names end in one of `endings`, sorted.
private func files(under folder: String, endings: [String]) -> [String] {
  guard let walk = FileManager.default.enumerator(atPath: folder) else { return [] }
  return walk.compactMap { $0 as? String }
    .filter { name in endings.contains { name.hasSuffix($0) } }
    .map { folder + "/" + $0 }.sorted()
}

private let suiteFolder = ProcessInfo.processInfo.environment["BNFOLD_ONNX_TEST_DATA"]

@Test(
  "Every model of the standard's own test suite is read, and every tensor has its bytes",
  .enabled(if: suiteFolder != nil))
func wholeSuite() throws {
  let folder = try #require(suiteFolder)
  let models = files(under: folder, endings: [".onnx"])
  for path in models {
    do {
      let result = try ONNXReader().read(try ByteSource(file: path), options: ReadOptions())
      try result.model.validate()
      #expect(result.diagnostics.isEmpty)
      for value in result.model.values {
        guard let tensor = value.initializer, tensor.dataType != .string else { continue }
        try tensor.forEachPiece { _, _ in }
      }
    } catch {
      Issue.record("\(path): \(error)")
    }
  }
}

@Test("Every tensor file of the suite is read", .enabled(if: suiteFolder != nil))
func wholeSuiteTensors() throws {
  let folder = try #require(suiteFolder)
  var failures = 0
  for path in files(under: folder, endings: [".pb"]) {
    do {
      let file = try ONNXTensorFile(try ByteSource(file: path))
      guard file.tensor.dataType != .string else { continue }
      try file.tensor.forEachPiece { _, _ in }
    } catch {
      failures += 1
      if failures < 20 { print("\(path): \(error)") }
    }
  }
}
