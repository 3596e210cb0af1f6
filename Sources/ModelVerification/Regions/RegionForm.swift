internal import GraphEvaluation
internal import ModelIR

/// One form of a region, run node by node, in Double unless another precision is asked for.
final class RegionForm {
  let model: Model
  let constants: ConstantSet
  let resolver: ConstantResolver
  private let precision: EvaluationPrecision
  private let options: EvaluationOptions
  private let runner: GraphRunner
  /// What was fed and made.
  private(set) var values: [ValueID: RuntimeTensor] = [:]
  /// Stored constants of the node that was last run, for those who ask right after it: weights need
  /// not be read again.
  private(set) var weights: [ValueID: RuntimeTensor] = [:]

  init(
    model: Model, constants: ConstantSet, resolver: ConstantResolver, options: EvaluationOptions,
    precision: EvaluationPrecision = .double
  ) {
    self.model = model
    self.constants = constants
    self.resolver = resolver
    self.precision = precision
    self.options = options
    runner = GraphRunner(model: model, precision: precision, options: options)
  }

  /// Runs nodes in order and tells `after` each one.
  ///
  /// Errors: `EvaluationError`; those of reading weights.
  func run(
    _ nodes: [NodeID], feeding inputs: [ValueID: RuntimeTensor],
    after: (NodeID) throws -> Void = { _ in }
  ) throws {
    values = inputs
    defer { weights = [:] }
    for node in nodes {
      var own: [ValueID: RuntimeTensor] = [:]
      weights = [:]
      for input in ModelReads.inputs(of: node, in: model) {
        if let known = values[input] {
          own[input] = known
        } else if let weight = try storedConstant(input) {
          own[input] = weight
          weights[input] = weight
        } else {
          own[input] = try computedConstant(input)
        }
      }
      try runner.run(nodes: [node], values: &own, observing: bodyObserver(of: node))
      for output in model[node].outputs.compactMap({ $0 }) { values[output] = own[output] }
      try after(node)
    }
  }

  /// Keeps what a branch of If makes; the bodies of loops make several values of one name.
  private func bodyObserver(of node: NodeID) -> GraphRunner.Observer? {
    model[node].isStandard("If") ? { self.values[$0] = $1 } : nil
  }

  /// An initializer, widened while it is read; what is too large or has no runtime form is left to
  /// the runner, which says so.
  private func storedConstant(_ value: ValueID) throws -> RuntimeTensor? {
    guard let tensor = model[value].initializer,
      tensor.shape.elementCount <= options.maximumElements,
      ![.string, .complex64, .complex128].contains(tensor.dataType)
    else { return nil }
    return try RuntimeTensor(tensor, precision: precision)
  }

  /// A constant that nodes make, in the precision of its type.
  private func computedConstant(_ value: ValueID) throws -> RuntimeTensor? {
    guard model[value].initializer == nil, constants.contains(value) else { return nil }
    return try resolver.value(value)
  }
}
