import ModelIR
import ModelStatistics
import Operators
import Testing

@Suite struct NormalizationStatisticsTests {
  private func statistics(
    gamma: [Float], beta: [Float], mean: [Float], variance: [Float],
    attributes: [Attribute] = [Attribute("epsilon", .float(0.5))], opset: Int = 15
  ) throws -> NormalizationStatistics {
    var model = Model(header: .init(irVersion: 8), opsets: ["": opset])
    let main = model.mainGraph
    var inputs = [model.addInput("x", type: nil, to: main)]
    for (name, values) in [("g", gamma), ("b", beta), ("m", mean), ("v", variance)] {
      let tensor = try #require(Tensor(values, shape: .vector(values.count)))
      inputs.append(model.addInitializer(name, tensor, to: main))
    }
    let y = model.addValue(Value(name: "y", graph: main))
    model.addNode(
      Node(
        name: "bn", opType: "BatchNormalization", graph: main, inputs: inputs, outputs: [y],
        attributes: attributes))
    let all = NormalizationStatistics.all(in: model)
    #expect(all.count == 1)
    return try #require(all.first)
  }

  @Test func theMapPerChannel() throws {
    let bn = try statistics(
      gamma: [2, -3], beta: [1, 0.5], mean: [4, -2], variance: [3.5, 0.0625])
    // 2/√4 = 1, 1 − 1·4 = −3; −3/√0.5625 = −4, 0.5 − 8 = −7.5.
    #expect(bn.scale == [1, -4])
    #expect(bn.shift == [-3, -7.5])
    #expect(bn.isInference && bn.channels == 2)
    #expect(bn.name == "bn" && bn.outputName == "y")
  }

  @Test func healthyParametersHaveNoFindings() throws {
    let bn = try statistics(gamma: [1, 0.9], beta: [0, 0], mean: [0.1, 0], variance: [1, 2])
    #expect(bn.findings.isEmpty)
  }

  @Test func badChannelsAreNamed() throws {
    let bn = try statistics(
      gamma: [1, 1, 1, 1, 0, 1, 9e4], beta: [0, 0, 0, 0, 0, .nan, 0],
      mean: [1, 0, 0, 0, 0, 0, 0], variance: [1, -0.5, -0.25, 0.01, 1, 1, 1],
      attributes: [Attribute("epsilon", .float(0.5))])
    #expect(
      bn.findings == [
        .init(.notFinite, channels: [5]), .init(.rootOfNegative, channels: [1]),
        .init(.negativeVariance, channels: [2]), .init(.hugeScale, channels: [6]),
        .init(.varianceBelowEpsilon, channels: [3]), .init(.deadChannel, channels: [4]),
      ])
    #expect(bn.severity == .error)
  }

  @Test func layersAsAWhole() throws {
    let fresh = try statistics(
      gamma: [1, 1], beta: [0, 0], mean: [0, 0], variance: [1, 1], attributes: [])
    #expect(fresh.findings.map(\.kind) == [.neverTrained, .epsilonMissing])
    let training = try statistics(
      gamma: [1], beta: [0], mean: [1], variance: [1],
      attributes: [Attribute("training_mode", .int(1)), Attribute("epsilon", .float(0.5))])
    #expect(!training.isInference)
    #expect(training.findings.map(\.kind) == [.trainingMode])
    let uneven = try statistics(gamma: [1, 1], beta: [0], mean: [0], variance: [1])
    #expect(uneven.findings.map(\.kind) == [.sizesDiffer])
    #expect(uneven.channels == 0)
  }

  @Test func descriptionsNameChannels() {
    let finding = NormalizationFinding(.deadChannel, channels: Array(0..<9))
    #expect(
      finding.description == "gamma next to 0 (dead) in 9 channels (0, 1, 2, 3, 4, 5, …)")
  }
}
