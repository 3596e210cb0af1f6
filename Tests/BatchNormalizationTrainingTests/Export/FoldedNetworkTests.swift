import ByteStore
import ModelFormats
import ModelIR
import ONNXFormat
import TestSupport
import Testing

@testable import BatchNormalizationTraining

@Suite("Trained, exported, folded, verified, compared")
struct FoldedNetworkTests {
  private static let digits = DigitCollection.drawn(training: 1_200, test: 200, seed: 4)

  private func trained(_ plan: NetworkPlan) -> (Network<Float>, TrainingRun) {
    let options = TrainingOptions(steps: 120, rate: 0.3, evaluations: 1, populationBatches: 5)
    let trainer = Trainer(name: "x", plan, options, digits: Self.digits)
    let run = trainer.train()
    return (trainer.network, run)
  }

  static let plans = [
    NetworkPlan.paper(width: 20, input: digits.image, isNormalized: true),
    NetworkPlan.convolutional(input: digits.image),
  ]

  @Test("Every batch normalization folds, and classes stay", arguments: plans)
  func folded(_ plan: NetworkPlan) throws {
    let (network, run) = trained(plan)
    let folder = try ScratchFolder()
    let result = try FoldedNetwork.make(
      network, accuracy: run.final, name: "net", folder: folder.path, test: Self.digits.test)
    #expect(result.normalizations == plan.hidden.count)
    #expect(result.folded == plan.hidden.count)
    #expect(result.foldedWeights == plan.hidden.count)
    #expect(result.isVerified)
    #expect(result.classes.holds)
    #expect(result.classes.samples == 200)
    #expect(result.classes.decided > 150, "\(result.classes.decided)")
    #expect(result.classes.worstFolded > 0)
    #expect(result.classes.largestDifference > 0 && result.classes.largestDifference < 1e-4)
    #expect(try folder.names() == result.files.sorted())
  }

  @Test("A folded file with one number wrong is noticed", arguments: plans)
  func planted(_ plan: NetworkPlan) throws {
    let (network, _) = trained(plan)
    let folder = try ScratchFolder()
    try ONNXExport.write(ONNXExport.model(of: network), to: folder.path("a.onnx"))
    guard case .dense(let last) = network.layers[network.layers.count - 1] else {
      Issue.record("no scores")
      return
    }
    last.bias?.values[3] += 0.5
    try ONNXExport.write(ONNXExport.model(of: network), to: folder.path("b.onnx"))
    last.bias?.values[3] -= 0.5
    let found = try ClassComparison.compare(
      network, original: folder.path("a.onnx"), folded: folder.path("b.onnx"),
      on: Self.digits.test)
    #expect(!found.holds)
    #expect(found.worstOriginal <= 1 && found.worstFolded > 1)
  }

  @Test("The model says what it reads and gives, in ONNX's layouts")
  func model() throws {
    let network = Network<Float>(Self.plans[1], seed: 1)
    let model = ONNXExport.model(of: network)
    let types = model[model.mainGraph].nodes.map { model[$0].opType }
    #expect(
      types == [
        "Conv", "BatchNormalization", "Relu", "Conv", "BatchNormalization", "Relu", "Flatten",
        "Gemm",
      ])
    let tensors = StateDict.tensors(of: network)
    #expect(
      tensors.first { $0.name == "network.3.weight" }?.tensor.shape.dimensions == [16, 8, 3, 3])
    #expect(tensors.first { $0.name == "network.7.weight" }?.tensor.shape.dimensions == [10, 784])
    #expect(tensors.contains { $0.name == "network.1.running_var" })
  }

  @Test("Without training, population statistics are 0 and 1")
  func untrained() throws {
    let tensors = StateDict.tensors(of: Network<Float>(Self.plans[0], seed: 1))
    let mean = try #require(tensors.first { $0.name == "network.2.running_mean" }).tensor
    #expect(try mean.floats() == [Float](repeating: 0, count: 20))
  }

  @Test("Dropout is left out of the model")
  func dropout() {
    var plan = Self.plans[0]
    plan.dropout = 0.3
    let model = ONNXExport.model(of: Network<Float>(plan, seed: 1))
    #expect(!model[model.mainGraph].nodes.contains { model[$0].opType == "Identity" })
    #expect(model[model.mainGraph].nodes.count == 1 + 3 * 3 + 1)
  }
}
