public import ModelIR
public import Operators

/// The parameters of one BatchNormalization and the map per channel that they make.
///
///     scale = gamma / √(variance + epsilon)        shift = beta − scale·mean
///
/// in Double from the stored numbers.
public struct NormalizationStatistics: Sendable {
  /// The node.
  public var node: NodeID
  /// Its name; may be empty.
  public var name: String
  /// The graph it stands in.
  public var graph: GraphID
  /// The name of what it makes.
  public var outputName: String
  /// The stored Float widened; nil where attributes are malformed.
  public var epsilon: Double?
  /// Uses stored statistics, by the opset's own rule.
  public var isInference: Bool
  /// Parameters by channel; empty where they are no constants.
  public var gamma: [Double] = []
  /// What is added in the end.
  public var beta: [Double] = []
  /// Stored means.
  public var mean: [Double] = []
  /// Stored population variances.
  public var variance: [Double] = []
  /// What a channel is multiplied by.
  public var scale: [Double] = []
  /// What is added to it then.
  public var shift: [Double] = []
  /// What is worth knowing, the worst first.
  public var findings: [NormalizationFinding] = []

  /// Channels; 0 where the parameters are no constants.
  public var channels: Int { gamma.count }

  /// The worst finding's severity.
  public var severity: NormalizationFinding.Severity? { findings.map(\.severity).max() }

  /// All BatchNormalization nodes of a model, in the order of their graphs.
  public static func all(
    in model: Model, constants: ConstantView = ConstantView()
  ) -> [NormalizationStatistics] {
    var constants = constants
    var result: [NormalizationStatistics] = []
    for graph in model.graphs {
      for id in graph.nodes where model.contains(id) && model[id].isStandard("BatchNormalization") {
        result.append(NormalizationStatistics(id, in: model, constants: &constants))
      }
    }
    return result
  }

  /// The parameters of one node.
  public init(_ id: NodeID, in model: Model, constants: inout ConstantView) {
    let node = model[id]
    self.node = id
    name = node.name
    graph = node.graph
    outputName = node.output(0).map { model[$0].name } ?? ""
    do {
      let attributes = try BatchNormalizationAttributes(
        node, opset: model.standardOpset(in: node.graph))
      epsilon = attributes.epsilon
      isInference = attributes.isInference
      if !attributes.isInference { findings.append(.init(.trainingMode)) }
      if !attributes.isPerChannel { findings.append(.init(.perFeature)) }
      if !attributes.statesEpsilon { findings.append(.init(.epsilonMissing)) }
    } catch {
      isInference = false
      findings.append(.init(.malformed(error)))
    }
    var vectors: [[Double]] = []
    for input in 1...4 {
      switch node.input(input).map({ constants.constancy(of: $0, in: model) }) {
      case .constant(let tensor)?:
        if let numbers = try? tensor.doubles() { vectors.append(numbers) }
      case .variable(let reason)?: findings.append(.init(.notConstant(input: input, reason)))
      case nil: findings.append(.init(.notConstant(input: input, .undefined)))
      }
    }
    if vectors.count == 4 {
      if vectors.allSatisfy({ $0.count == vectors[0].count }) {
        (gamma, beta, mean, variance) = (vectors[0], vectors[1], vectors[2], vectors[3])
        computeMap()
        examine()
      } else {
        findings.append(.init(.sizesDiffer))
      }
    }
    findings.sort { $0.severity > $1.severity }
  }

  private mutating func computeMap() {
    guard let epsilon else { return }
    scale = zip(gamma, variance).map { $0 / ($1 + epsilon).squareRoot() }
    shift = mean.indices.map { beta[$0] - scale[$0] * mean[$0] }
  }

  private mutating func examine() {
    func note(_ kind: NormalizationFinding.Kind, _ test: (Int) -> Bool) {
      let channels = gamma.indices.filter(test)
      if !channels.isEmpty { findings.append(.init(kind, channels: channels)) }
    }
    note(.notFinite) {
      ![gamma[$0], beta[$0], mean[$0], variance[$0]].allSatisfy(\.isFinite)
    }
    if let epsilon {
      note(.rootOfNegative) { variance[$0] + epsilon <= 0 }
      note(.negativeVariance) { variance[$0] < 0 && variance[$0] + epsilon > 0 }
      note(.varianceBelowEpsilon) { variance[$0] >= 0 && variance[$0] < epsilon / 10 }
    }
    let sizes = gamma.map(abs).sorted()
    let median = sizes.isEmpty ? 0 : sizes[sizes.count / 2]
    note(.deadChannel) { abs(gamma[$0]) <= 1e-4 * median }
    note(.hugeScale) { scale.indices.contains($0) && abs(scale[$0]) > 1e4 && scale[$0].isFinite }
    let untouched = variance.allSatisfy { $0 == 1 } || variance.allSatisfy { $0 == 0 }
    if !gamma.isEmpty, untouched, mean.allSatisfy({ $0 == 0 }) {
      findings.append(.init(.neverTrained))
    }
  }
}
