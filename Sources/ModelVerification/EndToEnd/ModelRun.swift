internal import GraphEvaluation
internal import ModelIR

/// One model on one sample, node by node, with only the values alive that somebody still needs.
final class ModelRun {
  let model: Model
  private let constants: ConstantSet
  private let resolver: ConstantResolver
  private let runner: GraphRunner
  private let reads: ModelReads
  /// Nodes of the main graph that are no constants, in order.
  let nodes: [NodeID]
  /// How many of `nodes` have run.
  private(set) var position = 0
  /// What is alive.
  private(set) var values: [ValueID: RuntimeTensor]
  /// Readers of each value that have not run yet, and others who asked to keep it.
  private var holds: [ValueID: Int] = [:]

  init(
    _ model: Model, _ constants: ConstantSet, _ resolver: ConstantResolver, _ reads: ModelReads,
    precision: EvaluationPrecision, options: EvaluationOptions, inputs: [ValueID: RuntimeTensor]
  ) {
    self.model = model
    self.constants = constants
    self.resolver = resolver
    self.reads = reads
    runner = GraphRunner(model: model, precision: precision, options: options)
    nodes = model[model.mainGraph].nodes.filter { !constants.contains($0) }
    values = inputs
    for node in nodes {
      for value in reads.values(of: node) { holds[value, default: 0] += 1 }
    }
  }

  /// Asks that a value be kept until `release`.
  func hold(_ value: ValueID) { holds[value, default: 0] += 1 }

  /// Gives back one hold; a value that nobody holds goes.
  func release(_ value: ValueID) {
    guard let count = holds[value] else { return }
    holds[value] = count - 1
    if count <= 1 { values[value] = nil }
  }

  /// Runs the next node and gives what it made; values of its bodies go to `observing`.
  ///
  /// Errors: `EvaluationError`; those of reading weights.
  func step(observing: GraphRunner.Observer? = nil) throws -> [ValueID] {
    let node = nodes[position]
    let inputs = reads.values(of: node)
    var own: [ValueID: RuntimeTensor] = [:]
    for input in inputs {
      own[input] = try values[input] ?? computedConstant(input)
    }
    // What nobody else needs the node may change in place; observers of bodies need what they read.
    let isReleasedFirst = model[node].bodies.isEmpty
    if isReleasedFirst { inputs.forEach(release) }
    try runner.run(node: node, consuming: &own, observing: observing)
    if !isReleasedFirst { inputs.forEach(release) }
    position += 1
    let outputs = model[node].outputs.compactMap { $0 }
    for output in outputs where (holds[output] ?? 0) > 0 { values[output] = own[output] }
    return outputs
  }

  private func computedConstant(_ value: ValueID) throws -> RuntimeTensor? {
    guard model[value].initializer == nil, constants.contains(value) else { return nil }
    return try resolver.value(value)
  }
}
