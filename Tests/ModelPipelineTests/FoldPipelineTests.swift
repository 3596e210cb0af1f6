import ModelReports
import ModelVerification
import TestSupport
import Testing

@testable import ModelPipeline

@Suite("The pipeline")
struct FoldPipelineTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func request(_ file: ConvolutionFile) throws -> FoldRequest {
    FoldRequest(
      input: try folder.write(file.bytes, to: "model.onnx"), output: folder.path("out.onnx"))
  }

  @Test("A fold is written, verified and reported")
  func folds() throws {
    let report = try FoldPipeline(try request(ConvolutionFile(scale: [2, 3]))).run()
    #expect(report.ending == .written)
    #expect(report.folded == 1 && report.kept == 0)
    #expect(report.verification?.verdict == .passed)
    #expect(report.after.batchNormalizations == 0)
    #expect(report.after.bytes == (try TestFiles.bytes(folder.path("out.onnx"))).count)
    #expect(report.stages.map(\.name) == ["read", "fold", "write", "verify", "rename"])
    #expect(try folder.names() == ["model.onnx", "out.onnx"])
  }

  @Test("A site whose numbers do not fit their type is kept, with the reason")
  func misfit() throws {
    // 4·10³⁰ times 10³⁰ is more than a Float holds.
    let file = ConvolutionFile(weight: [1, 2, 3, 4].map { $0 * 1e30 }, scale: [1e30, 1])
    let report = try FoldPipeline(try request(file)).run()
    #expect(report.kept == 1)
    guard case .kept(let reason)? = report.sites.first?.outcome else {
      Issue.record("the site was folded")
      return
    }
    #expect(reason.contains("channel 0"), "\(reason)")
    #expect(report.ending == .copied)
    #expect(try TestFiles.bytes(folder.path("out.onnx")) == file.bytes)
  }

  @Test("A fault in the written file is found, and the output is not written")
  func plantedFault() throws {
    var request = try request(ConvolutionFile(scale: [2, 3]))
    // The folded weight of channel 0: 1·2/√(1 + 10⁻⁵) = 1.99999; its last byte carries the sign.
    let plant: @Sendable (String) throws -> Void = { path in
      var bytes = try TestFiles.bytes(path)
      let weight = Float(2 / (1 + 1e-5 as Double).squareRoot()).bitPattern
      let pattern = (0..<4).map { UInt8(truncatingIfNeeded: weight >> UInt32(8 * $0)) }
      let place = try #require(bytes.indices.first { bytes[$0...].starts(with: pattern) })
      bytes[place + 3] ^= 0x80
      try TestFiles.overwrite(path, with: bytes)
    }
    let report = try FoldPipeline(request, tampering: plant).run()
    #expect(report.verification?.verdict == .failed)
    #expect(report.ending == .refused("the verification failed"))
    #expect(report.hasFailed)
    #expect(try folder.names() == ["model.onnx"])

    request.keepsFailed = true
    let study = try FoldPipeline(request, tampering: plant).run()
    #expect(study.ending == .keptForStudy("the verification failed"))
    #expect(study.hasFailed)
    #expect(try folder.names() == ["model.onnx", "out.onnx"])
  }

  @Test("A written file that cannot be read back is a bug of ours, and not written")
  func unreadable() throws {
    let request = try request(ConvolutionFile())
    let error = #expect(throws: PipelineError.self) {
      try FoldPipeline(request, tampering: { try TestFiles.overwrite($0, with: [1, 2, 3]) }).run()
    }
    #expect(error?.kind == .bug)
    #expect(try folder.names() == ["model.onnx"])
  }

  @Test("A plan writes nothing")
  func plan() throws {
    var request = try request(ConvolutionFile())
    request.output = nil
    let report = try FoldPipeline(request).run()
    #expect(report.ending == .planned)
    #expect(report.folded == 1)
    #expect(try folder.names() == ["model.onnx"])
  }

  @Test("Too many kept sites refuse the output", arguments: [(0, true), (1, false)])
  func maximumKept(_ maximum: Int, _ isRefused: Bool) throws {
    var request = try request(ConvolutionFile(variance: [-1, 1]))
    request.maximumKept = maximum
    let report = try FoldPipeline(request).run()
    #expect(report.kept == 1)
    #expect(report.hasFailed == isRefused)
    #expect(TestFiles.exists(folder.path("out.onnx")) != isRefused)
  }
}
