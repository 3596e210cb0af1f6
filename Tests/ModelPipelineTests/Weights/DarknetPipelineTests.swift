import ByteStore
import GraphTransforms
import ModelFormats
import ModelIR
import ModelReports
import ModelVerification
import TestSupport
import Testing

@testable import ModelPipeline

/// Darknet models, folded and converted.
@Suite("Darknet models")
struct DarknetPipelineTests {
  static let names = [
    "yolov2", "yolov3", "yolov4", "yolov4-tiny", "efficientnet", "classifier", "coordinates",
    "shortcuts", "places",
  ]
  private let folder: ScratchFolder
  init() throws { folder = try ScratchFolder() }

  private func fixture(_ name: String) -> String {
    "\(Samples.repository)/Tests/Fixtures/Darknet/\(name)"
  }

  @Test(
    "A fold changes flags in the cfg and numbers in the weights, nothing else", arguments: names)
  func folds(name: String) throws {
    let output = folder.path("out.cfg")
    let report = try FoldPipeline(
      FoldRequest(input: fixture("\(name).cfg"), output: output)
    ).run()
    #expect(report.verification?.verdict == .passed)
    // A [batchnorm] section stays: without it the numbers of layers would not fit.
    #expect(report.kept == (name == "classifier" ? 1 : 0))
    #expect(report.folded > 0)
    let cfg = try TestFiles.text(output)
    let before = try TestFiles.text(fixture("\(name).cfg"))
    #expect(cfg == before.replacing("batch_normalize=1", with: "batch_normalize=0"))
    let weights = try TestFiles.bytes(folder.path("out.weights"))
    let original = try TestFiles.bytes(fixture("\(name).weights"))
    #expect(weights.count < original.count)
    #expect(weights[..<20] == original[..<20])
    // What is written can be read and compared as any model.
    let comparison = try ComparisonPipeline(
      original: fixture("\(name).cfg"), written: output
    ).run()
    #expect(comparison.verification.verdict != .failed)
  }

  @Test("A batch normalization of its own stays, and the report says why")
  func batchNormalizationSections() throws {
    var request = FoldRequest(input: fixture("classifier.cfg"), output: folder.path("out.cfg"))
    request.folding.allowLoss = true
    let report = try FoldPipeline(request).run()
    let kept = report.sites.filter { !$0.isFolded && $0.isBatchNormalization }
    guard case .kept(let reason)? = kept.first?.outcome else {
      Issue.record("nothing was kept")
      return
    }
    #expect(reason.contains("section"), "\(reason)")
  }

  @Test("To ONNX and back, byte for byte", arguments: names)
  func roundTrip(name: String) throws {
    let model = folder.path("model.onnx")
    let there = try ConversionPipeline(
      ConversionRequest(input: fixture("\(name).cfg"), output: model)
    ).run()
    #expect(there.verification?.verdict == .passed)
    #expect(there.losses.count == 1)
    let back = try ConversionPipeline(
      ConversionRequest(input: model, output: folder.path("back.cfg"))
    ).run()
    #expect(back.verification?.verdict == .passed)
    #expect(
      try TestFiles.bytes(folder.path("back.cfg")) == TestFiles.bytes(fixture("\(name).cfg")))
    let (a, b) = (
      try TestFiles.bytes(fixture("\(name).weights")),
      try TestFiles.bytes(folder.path("back.weights"))
    )
    #expect(a.dropFirst(20) == b.dropFirst(20))
  }

  @Test("What was folded as ONNX goes back to Darknet")
  func foldedRoundTrip() throws {
    let (model, folded) = (folder.path("model.onnx"), folder.path("folded.onnx"))
    _ = try ConversionPipeline(
      ConversionRequest(input: fixture("yolov4-tiny.cfg"), output: model)
    ).run()
    _ = try FoldPipeline(FoldRequest(input: model, output: folded)).run()
    _ = try ConversionPipeline(
      ConversionRequest(input: folded, output: folder.path("back.cfg"))
    ).run()
    let report = try FoldPipeline(
      FoldRequest(input: fixture("yolov4-tiny.cfg"), output: folder.path("direct.cfg"))
    ).run()
    #expect(report.verification?.verdict == .passed)
    for ending in ["cfg", "weights"] {
      let (a, b) = (
        try TestFiles.bytes(folder.path("back.\(ending)")),
        try TestFiles.bytes(folder.path("direct.\(ending)"))
      )
      #expect(ending == "cfg" ? a == b : a.dropFirst(20) == b.dropFirst(20))
    }
  }

  @Test("Models from elsewhere cannot go to Darknet")
  func others() throws {
    #expect(throws: PipelineError.self) {
      try ConversionPipeline(
        ConversionRequest(input: Samples.file("cnn.onnx"), output: folder.path("x.cfg"))
      ).run()
    }
    #expect(!TestFiles.exists(folder.path("x.cfg")))
  }
}

/// Tensors out of models and into them.
@Suite("Conversion of tensors")
struct TensorConversionTests {
  private let folder: ScratchFolder
  init() throws { folder = try ScratchFolder() }

  private func convert(
    _ input: String, _ output: String, _ tensors: [String] = []
  ) throws -> ConversionReport {
    var request = ConversionRequest(input: input, output: folder.path(output))
    request.tensors = tensors.map { NamePattern($0) }
    return try ConversionPipeline(request).run()
  }

  @Test("Out and in again changes no number", arguments: ["npz", "safetensors"])
  func roundTrip(ending: String) throws {
    for sample in try Samples.all() where sample.name != "branches" {
      let out = try convert(sample.model, "w.\(ending)")
      #expect(out.tensors > 0 && out.losses.contains { $0.contains("graph") })
      var pipeline = ReplacementPipeline(
        model: sample.model, tensors: folder.path("w.\(ending)"), output: folder.path("new.onnx"))
      pipeline.patterns = []
      #expect(try pipeline.run().tensors == out.tensors)
      let report = try ComparisonPipeline(
        original: sample.model, written: folder.path("new.onnx")
      ).run()
      #expect(report.verification.verdict == .passed, "\(sample.name)")
    }
  }

  @Test("A pattern takes some; one that takes none is a mistake")
  func patterns() throws {
    let all = try convert(Samples.file("cnn.onnx"), "a.npz").tensors
    let some = try convert(Samples.file("cnn.onnx"), "b.npz", ["*conv1*", "*bn1*"])
    #expect(some.tensors > 0 && some.tensors < all)
    #expect(throws: PipelineError.self) {
      try convert(Samples.file("cnn.onnx"), "c.npz", ["nothing"])
    }
  }

  @Test("What a format lacks is told")
  func losses() throws {
    let fixtures = "\(Samples.repository)/Tests/Fixtures/Safetensors"
    let report = try convert("\(fixtures)/types.safetensors", "t.npz")
    #expect(report.losses == ["metadata: format"])
    let back = try convert(folder.path("t.npz"), "t.safetensors")
    #expect(back.losses.isEmpty && back.tensors == report.tensors)
  }

  @Test("Tensors that do not fit are refused")
  func misfits() throws {
    let model = Samples.file("cnn.onnx")
    _ = try convert(Samples.file("mlp.onnx"), "other.npz")
    #expect(throws: PipelineError.self) {
      try ReplacementPipeline(
        model: model, tensors: folder.path("other.npz"), output: folder.path("x.onnx")
      ).run()
    }
    #expect(throws: PipelineError.self) { try convert(folder.path("other.npz"), "x.onnx") }
    #expect(throws: PipelineError.self) { try convert(model, "x.unknown") }
    #expect(throws: PipelineError.self) { try convert(model, "x.onnx") }
    #expect(!TestFiles.exists(folder.path("x.onnx")))
  }
}
