import GraphTransforms
import ModelIR
import ModelReports
import ModelVerification
import TestSupport
import Testing

@testable import ModelPipeline

@Suite("Plans")
struct PlanTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  /// The plan of a model, written to "plan.json", and the request that applies it.
  private func planned(
    _ file: ConvolutionFile = ConvolutionFile(scale: [2, 3]),
    _ change: (String) -> String = { $0 }
  ) throws -> FoldRequest {
    var request = FoldRequest(
      input: try folder.write(file.bytes, to: "model.onnx"), output: nil)
    let report = try FoldPipeline(request).run()
    let text = PlanReport(report, options: request.folding).json.text
    request.plan = try folder.write(Array(change(text).utf8), to: "plan.json")
    request.output = folder.path("out.onnx")
    return request
  }

  private func replacing(_ old: String, _ new: String) -> (String) -> String {
    { text in
      #expect(text.contains(old), "\(text)")
      return text.replacing(old, with: new)
    }
  }

  @Test("A plan that is applied does what it says")
  func applies() throws {
    let report = try FoldPipeline(try planned()).run()
    #expect(report.ending == .written)
    #expect(report.folded == 1)
    #expect(report.verification?.verdict == .passed)
  }

  @Test("A half fold is planned, applied, verified and counted as neither folded nor kept")
  func halfFold() throws {
    let file = ConvolutionFile(scale: [2, 3], bias: [1, -1], between: "Relu")
    var request = FoldRequest(
      input: try folder.write(file.bytes, to: "model.onnx"), output: nil)
    #expect(try FoldPipeline(request).run().kept == 1)
    request.folding.allowsAdd = true
    let planned = try FoldPipeline(request).run()
    let text = PlanReport(planned, options: request.folding).json.text
    #expect(text.contains("\"allow_add\": true"))
    request.plan = try folder.write(Array(text.utf8), to: "plan.json")
    request.output = folder.path("out.onnx")
    request.folding.allowsAdd = false
    let report = try FoldPipeline(request).run()
    #expect(report.sites.map(\.outcome) == [.halfFolded(rule: "conv", into: ["Conv \"conv\""])])
    #expect(report.verification?.verdict == .passed)
    #expect(report.folded == 0 && report.kept == 0)
    #expect(report.after.batchNormalizations == 0)
    #expect(report.after.nodes == report.before.nodes)
    // The schema's word for it.
    #expect(report.json.text.contains("\"outcome\": \"half\""))
  }

  @Test("What the user keeps is kept")
  func keeps() throws {
    let report = try FoldPipeline(try planned { $0.replacing("\"fold\"", with: "\"keep\"") }).run()
    #expect(report.ending == .copied)
    #expect(report.sites.map(\.outcome) == [.kept(reason: "the plan does not fold it")])
  }

  @Test("A plan without sites folds nothing")
  func empty() throws {
    let request = try planned()
    try folder.write(
      Array(#"{"schema": "bnfold.plan", "version": 1, "sites": []}"#.utf8), to: "plan.json")
    #expect(try FoldPipeline(request).run().folded == 0)
  }

  @Test(
    "A plan that does not fit is refused, and nothing is written",
    arguments: [
      ("\"y\"", "\"z\"", "for another model"),
      ("\"rule\": \"conv\"", "\"rule\": \"gemm\"", "\"gemm\""),
      ("bnfold.plan", "bnfold.fold", "no plan"),
      ("\"version\": 1", "\"version\": 2", "another version"),
      ("\"fold\"", "\"drop\"", "\"fold\" or \"keep\""),
      ("\"graph\": \"\"", "\"graph\": 3", "a string is expected"),
      ("\"allow_loss\": false", "\"allow_loss\": 0", "true or false"),
    ])
  func misfits(old: String, new: String, says: String) throws {
    let request = try planned(ConvolutionFile(scale: [2, 3]), replacing(old, new))
    let error = #expect(throws: (any Error).self) { try FoldPipeline(request).run() }
    #expect(error.map { "\($0)" }?.contains(says) == true, "\(String(describing: error))")
    #expect(try folder.names() == ["model.onnx", "plan.json"])
  }

  @Test("A site that cannot be folded any more is an error, not passed over")
  func cannotFold() throws {
    let request = try planned()
    try folder.write(ConvolutionFile(variance: [-1, 1]).bytes, to: "model.onnx")
    let error = #expect(throws: PipelineError.self) { try FoldPipeline(request).run() }
    #expect(error?.kind == .badInput)
    #expect(error?.description.contains("variance + epsilon") == true)
  }

  @Test("Names and rules that do not exist are usage errors")
  func unmatchedPatterns() throws {
    var request = try planned()
    request.plan = nil
    request.folding.selection.skip = [.init("nosuch*")]
    let error = #expect(throws: PipelineError.self) { try FoldPipeline(request).run() }
    #expect(error?.kind == .usage)
    #expect(error?.description.contains("nosuch*") == true)
    #expect(!TestFiles.exists(folder.path("out.onnx")))
  }

  @Test("An explanation names the site by its node or its output")
  func explains() throws {
    let path = try folder.write(ConvolutionFile(scale: [2, 3]).bytes, to: "model.onnx")
    for name in ["bn", "y", "b?"] {
      let report = try ExplanationPipeline(model: path, sites: [name]).run()
      #expect(report.entries.count == 1)
      let text = report.text(TextStyle(usesColor: false, isUnicode: true))
      #expect(text.contains("Conv \"conv\" takes it (conv)"), "\(text)")
    }
    for (name, says) in [("conv", "is a Conv"), ("nosuch", "no site matches \"nosuch\"")] {
      let error = #expect(throws: PipelineError.self) {
        try ExplanationPipeline(model: path, sites: [name]).run()
      }
      #expect(error?.description.contains(says) == true)
    }
  }
}
