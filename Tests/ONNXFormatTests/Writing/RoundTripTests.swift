import ByteStore
import Foundation
import ModelFormats
import ModelIR
import TestSupport
import Testing

@testable import ONNXFormat

@Suite("ONNX writer: what nothing changed in comes out byte for byte")
struct RoundTripTests {
  static let wheel = ProcessInfo.processInfo.environment["BNFOLD_ONNX_TEST_DATA"]
  static let corpus = ProcessInfo.processInfo.environment["BNFOLD_CORPUS"]

  static func models(_ folder: String) -> [String] {
    let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return names.filter { $0.hasSuffix(".onnx") }.sorted().map { "\(folder)/\($0)" }
  }

  @Test(arguments: Fixtures.all)
  func fixture(_ path: String) throws {
    #expect(try Rewriting()(path) == TestFiles.bytes(path))
  }

  @Test(arguments: try Samples.all().filter { $0.name != "external" })
  func sample(_ sample: Samples.Sample) throws {
    #expect(try Rewriting()(sample.model) == TestFiles.bytes(sample.model))
  }

  @Test(.enabled(if: wheel != nil))
  func backendSuite() throws {
    let models = Self.models(Self.wheel ?? "")
    #expect(models.count > 1500)
    let rewriting = try Rewriting()
    for path in models {
      #expect(try rewriting(path) == TestFiles.bytes(path), "\(path)")
    }
  }

  @Test(.enabled(if: corpus != nil))
  func corpusModels() throws {
    let rewriting = try Rewriting()
    for path in Self.models(Self.corpus ?? "") {
      #expect(try rewriting(path) == TestFiles.bytes(path), "\(path)")
    }
  }

  /// Models of the backend suite in forms that no library writes.
  @Test(.enabled(if: wheel != nil && TestPython.path != nil))
  func variantsOfBackendSuite() throws {
    let rewriting = try Rewriting()
    let models = Self.models(Self.wheel ?? "")
    let recipe = "\(Samples.repository)/Tests/Recipes/onnx_variants.py"
    let run = try CommandRun.program(
      TestPython.path ?? "", [recipe, rewriting.folder.path("variants")] + models)
    #expect(run.status == 0, "\(run.errors)")
    let variants = Self.models(rewriting.folder.path("variants"))
    #expect(variants.count >= models.count * 6)
    for path in variants {
      #expect(try rewriting(path) == TestFiles.bytes(path), "\(path)")
    }
  }

  /// Everything is packed anew, and onnx parses it as the same model.
  @Test(.enabled(if: wheel != nil && TestPython.path != nil))
  func rewritingEverything() throws {
    var rewriting = try Rewriting()
    rewriting.writer.rewritesEverything = true
    let before = try ScratchFolder()
    for (ordinal, path) in (Self.models(Self.wheel ?? "") + Fixtures.all).enumerated() {
      let name = "\(ordinal).onnx"
      try before.copy(path, as: name)
      _ = try rewriting(path, to: name)
    }
    let recipe = "\(Samples.repository)/Tests/Recipes/onnx_variants.py"
    let run = try CommandRun.program(
      TestPython.path ?? "", [recipe, "--same", before.path, rewriting.folder.path])
    #expect(run.status == 0, "\(run.errors)")
  }
}
