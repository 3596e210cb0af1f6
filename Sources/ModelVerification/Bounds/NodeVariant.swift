internal import GraphEvaluation
internal import ModelIR

/// Runs one node by itself on numbers of one's own: the same kernel on |W| and |x|, say.
struct NodeVariant {
  private let node: Node
  private let opsets: [String: Int]
  private let options: EvaluationOptions

  /// A node without bodies, under the operator sets of its graph.
  init(_ node: Node, in model: Model, options: EvaluationOptions) {
    self.node = node
    opsets = model.opsets(in: node.graph)
    self.options = options
  }

  /// The same node with another attribute.
  func setting(_ name: String, _ value: AttributeValue) -> NodeVariant {
    var copy = node
    copy.setAttribute(name, value)
    return NodeVariant(node: copy, opsets: opsets, options: options)
  }

  private init(node: Node, opsets: [String: Int], options: EvaluationOptions) {
    self.node = node
    self.opsets = opsets
    self.options = options
  }

  /// What the node makes of `inputs`, one for each of its outputs; nil for those it leaves out.
  ///
  /// Errors: `EvaluationError`.
  func run(
    _ inputs: [RuntimeTensor?], precision: EvaluationPrecision = .double
  ) throws -> [RuntimeTensor?] {
    var model = Model(header: Model.Header(irVersion: 8), opsets: opsets)
    var values: [ValueID: RuntimeTensor] = [:]
    var copy = node
    copy.graph = model.mainGraph
    copy.inputs = inputs.map { input in
      guard let input else { return nil }
      let id = model.addValue(Value(name: "", graph: model.mainGraph))
      values[id] = input
      return id
    }
    copy.outputs = node.outputs.map { output in
      output.map { _ in model.addValue(Value(name: "", graph: model.mainGraph)) }
    }
    let id = model.addNode(copy)
    let runner = GraphRunner(model: model, precision: precision, options: options)
    try runner.run(nodes: [id], values: &values)
    return copy.outputs.map { output in output.flatMap { values[$0] } }
  }
}
