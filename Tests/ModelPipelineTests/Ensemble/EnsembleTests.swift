import ByteStore
import GraphEvaluation
import ModelFormats
import ModelIR
import ModelReports
import ModelVerification
import ONNXFormat
import TestSupport
import Testing

@testable import ModelPipeline

/// x [N, 2] → MatMul(w) → scores → Softmax → y, or without the Softmax.
private struct Classifier {
  var weight: [Float]
  var input = "x"
  var output = "y"
  var classes: Int64 = 2
  var hasSoftmax = true
  var opset: Int64 = 17

  var bytes: [UInt8] {
    let raw = weight.flatMap { number in
      (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> UInt32(8 * $0)) }
    }
    let scores = hasSoftmax ? "scores" : output
    var graph = ProtobufBytes()
      .message(1, ONNXBytes.node("MatMul", [input, "w"], [scores], name: "dense"))
    if hasSoftmax { graph = graph.message(1, ONNXBytes.node("Softmax", [scores], [output])) }
    return ONNXBytes.model(
      graph.text(2, "g").message(5, ONNXBytes.tensor("w", [2, classes], rawBytes: raw))
        .message(11, ONNXBytes.value(input, [1, 2]))
        .message(12, ONNXBytes.value(output, [1, classes])),
      opset: opset)
  }
}

@Suite("Ensembles")
struct EnsembleTests {
  private let folder: ScratchFolder
  private static let one = Classifier(weight: [1, 0, 0, 1])
  private static let none = Classifier(weight: [0, 0, 0, 0])

  init() throws { folder = try ScratchFolder() }

  private func paths(_ members: [Classifier]) throws -> [String] {
    try members.enumerated().map { try folder.write($1.bytes, to: "m\($0).onnx") }
  }

  private func join(_ members: [Classifier], softmax: Int? = nil) throws -> EnsembleReport {
    var pipeline = EnsemblePipeline(
      inputs: try paths(members), output: folder.path("e.onnx"))
    pipeline.softmaxAxis = softmax
    return try pipeline.run()
  }

  /// What the written ensemble makes of x.
  private func run(_ x: [Float]) throws -> [Double] {
    let model = try ONNXReader().read(
      ByteSource(file: folder.path("e.onnx")), options: ReadOptions()
    ).model
    let main = model[model.mainGraph]
    let made = try GraphRunner(model: model, precision: .stored).run([
      main.inputs[0]: RuntimeTensor(x, shape: [1, 2])
    ])
    return try #require(made[main.outputs[0]]).doubles()
  }

  /// Softmax of (ln 3, 0) is (3/4, 1/4), that of (0, 0) is (1/2, 1/2).
  @Test("The mean of two members' probabilities")
  func mean() throws {
    let report = try join([Self.one, Self.none])
    #expect(report.networks.map(\.softmax) == [[], []])
    guard case .passed(_, let worst, let bound) = report.check else {
      Issue.record("\(report.check)")
      return
    }
    #expect(worst <= bound)
    let y = try run([1.0986123, 0])
    #expect(abs(y[0] - 0.625) < 1e-6 && abs(y[1] - 0.375) < 1e-6)
  }

  @Test("A Softmax is added where it is asked for and lacking", arguments: [1, -1])
  func softmax(axis: Int) throws {
    var scores = Self.one
    scores.hasSoftmax = false
    let report = try join([scores, Self.none], softmax: axis)
    #expect(report.networks.map(\.softmax) == [["y along axis 1"], []])
    let y = try run([1.0986123, 0])
    #expect(abs(y[0] - 0.625) < 1e-6 && abs(y[1] - 0.375) < 1e-6)
  }

  @Test("A lone input and output may have any name; the first member's stay")
  func names() throws {
    var other = Self.none
    (other.input, other.output) = ("data", "probabilities")
    let report = try join([Self.one, other, other])
    #expect(report.inputs.map(\.name) == ["x"] && report.outputs.map(\.name) == ["y"])
    let y = try run([1.0986123, 0])
    #expect(abs(y[0] - 1.75 / 3) < 1e-6)
  }

  @Test("Names of the ensemble's own that look like a member's are no clash")
  func clashingNames() throws {
    var member = Self.one
    (member.input, member.output) = ("member1/scores", "member2/w")
    _ = try join([member, member])
    let y = try run([1.0986123, 0])
    #expect(abs(y[0] - 0.75) < 1e-6)
  }

  @Test("A value that a member hands out twice is refused")
  func repeatedOutputs() throws {
    let path = try paths([Self.one])[0]
    var model = try ONNXReader().read(ByteSource(file: path), options: ReadOptions()).model
    model[model.mainGraph].outputs += model[model.mainGraph].outputs
    #expect(throws: PipelineError.self) { try EnsembleMember(name: path, model: model) }
  }

  @Test("What does not go together is refused, and nothing is written")
  func refusals() throws {
    func expect(
      _ members: [Classifier], softmax: Int? = nil, _ kind: PipelineError.Kind,
      _ part: String
    ) throws {
      do {
        _ = try join(members, softmax: softmax)
        Issue.record("\(part): was joined")
      } catch let error as PipelineError {
        #expect(error.kind == kind, "\(error)")
        #expect(error.description.contains(part), "\(error)")
      }
      #expect(try !folder.names().contains("e.onnx"))
    }
    var (scores, wide, old) = (Self.one, Self.one, Self.one)
    scores.hasSoftmax = false
    (wide.weight, wide.classes) = ([1, 0, 0, 1, 0, 0], 3)
    old.opset = 13
    try expect([Self.one, scores], .usage, "--softmax")
    try expect([scores, Self.one], softmax: 2, .usage, "2 dimensions")
    try expect([scores, Self.one], softmax: -3, .usage, "2 dimensions")
    try expect([Self.one, wide], .badInput, "float32[1, 3]")
    try expect([Self.one, old], .unsupported, "ai.onnx 13")
    scores.opset = 11
    try expect([scores, scores], softmax: 0, .unsupported, "opset 11")
  }

  @Test("The check sees a member that is missing, and one that counts twice")
  func plantedErrors() throws {
    let members = try paths([Self.one, Self.none]).map { path in
      try EnsembleMember(
        name: path,
        model: ONNXReader().read(ByteSource(file: path), options: ReadOptions()).model)
    }
    let graph = try EnsembleGraph(members, softmaxAxis: nil)
    func check(_ change: (inout Node) -> Void) throws {
      var model = graph.model()
      let mean = try #require(model[model.mainGraph].nodes.last)
      change(&model[mean])
      _ = try EnsembleCheck(graph: graph, written: model, options: VerificationOptions()).run()
    }
    try check { _ in }
    #expect(throws: PipelineError.self) { try check { $0.inputs.removeLast() } }
    #expect(throws: PipelineError.self) { try check { $0.inputs[1] = $0.inputs[0] } }
    #expect(throws: PipelineError.self) { try check { $0.opType = "Sum" } }
  }
}
