internal import ModelIR
internal import Operators

/// One run of a model: what is alive, what is kept, who is told.
final class Execution {
  /// Deepest nesting of bodies and calls; a function that calls itself ends here.
  static let maximumDepth = 64

  let runner: GraphRunner
  private let keeping: Set<ValueID>
  private let observer: GraphRunner.Observer?
  /// Values of `keeping` as they were last made.
  private(set) var kept: [ValueID: RuntimeTensor] = [:]
  /// Nodes that have run, those of bodies and calls each time anew.
  private var steps = 0
  /// Bytes of all values alive in all frames.
  private(set) var liveBytes = 0

  init(_ runner: GraphRunner, keeping: Set<ValueID>, observer: GraphRunner.Observer?) {
    self.runner = runner
    self.keeping = keeping
    self.observer = observer
  }

  /// Runs a graph's nodes in a frame that holds its inputs, freeing what nothing reads any more.
  func runNodes(of graph: GraphID, in frame: ExecutionFrame) throws {
    let plan = runner.cache.plan(graph, of: runner.model)
    for (position, node) in runner.model[graph].nodes.enumerated() {
      try run(node, releasing: plan.released[position], in: frame)
    }
  }

  /// Runs one node.
  func run(_ id: NodeID, releasing: [ValueID], in frame: ExecutionFrame) throws {
    let node = runner.model[id]
    do {
      // Functions that call each other twice at every level, or a Loop without an end, would run
      // for ever within every other limit.
      steps += 1
      guard steps <= runner.options.maximumSteps else {
        throw EvaluationError.Problem.limit(
          "more than \(runner.options.maximumSteps) nodes would have to run")
      }
      if node.isStandard("Constant"), let output = node.output(0),
        case .tensor(let tensor) = node.attribute("value")
      {
        try store([runner.constant(output, tensor)], of: node, in: frame)
      } else {
        var inputs: [RuntimeTensor?] = []
        inputs.reserveCapacity(node.inputs.count)
        for input in node.inputs { inputs.append(try input.flatMap { try value($0, in: frame) }) }
        // Bodies look captured values up in the frame, so theirs stay until the node is done. The
        // others go now: what the kernel alone holds, it may change in place.
        if node.bodies.isEmpty { release(releasing, in: frame) }
        try store(evaluate(node, &inputs, in: frame), of: node, in: frame)
      }
      release(releasing, in: frame)
    } catch let problem as EvaluationError.Problem {
      throw EvaluationError(
        node: id, nodeName: node.name, opType: node.opType, problem: problem)
    }
  }

  /// The results of one node: of the model's own function of this name, else of a kernel.
  ///
  /// Leaves no inputs behind, so that a kernel that takes one may own it alone.
  func evaluate(
    _ node: Node, _ inputs: inout [RuntimeTensor?], in frame: ExecutionFrame
  ) throws -> [RuntimeTensor?] {
    let node = resolved(node, in: frame)
    if !runner.model.functions.isEmpty, let function = runner.model.function(calledBy: node) {
      return try call(function, node, inputs, in: frame)
    }
    guard let entry = KernelRegistry.entry(domain: node.domain, opType: node.opType) else {
      throw EvaluationError.Problem.noKernel
    }
    var context = KernelContext(
      node: node, opset: frame.opsets[node.domain] ?? KernelRegistry.newestOpset, inputs: [],
      precision: runner.precision, options: runner.options, execution: self, frame: frame)
    swap(&context.inputs, &inputs)
    var results: [RuntimeTensor?]
    do {
      results = try entry.run(&context)
    } catch let error as AttributeError {
      throw EvaluationError.Problem.badInput("\(error)")
    }
    for position in results.indices { results[position]?.normalize() }
    return results
  }

  /// Runs a body with its inputs and gives its outputs.
  func run(
    body: GraphID, _ inputs: [RuntimeTensor], in frame: ExecutionFrame
  ) throws -> [RuntimeTensor?] {
    let inner = ExecutionFrame(
      parent: frame, functionAttributes: frame.functionAttributes, opsets: frame.opsets,
      depth: frame.depth + 1)
    return try run(body, inputs, in: inner)
  }

  /// Counts values that were made before and that nodes will release.
  func adopt(_ values: [ValueID: RuntimeTensor]) {
    for (id, value) in values where isMade(id) { liveBytes += value.elements.byteCount }
  }

  // MARK: Parts

  private func call(
    _ function: Function, _ node: Node, _ inputs: [RuntimeTensor?], in frame: ExecutionFrame
  ) throws -> [RuntimeTensor?] {
    var attributes: [String: AttributeValue] = [:]
    for attribute in function.defaultAttributes { attributes[attribute.name] = attribute.value }
    for attribute in node.attributes { attributes[attribute.name] = attribute.value }
    let inner = ExecutionFrame(
      parent: nil, functionAttributes: attributes, opsets: function.opsets,
      depth: frame.depth + 1)
    return try run(function.body, inputs, in: inner)
  }

  private func run(
    _ graph: GraphID, _ inputs: [RuntimeTensor?], in frame: ExecutionFrame
  ) throws -> [RuntimeTensor?] {
    guard frame.depth <= Self.maximumDepth else {
      throw EvaluationError.Problem.limit(
        "bodies and calls are nested more than \(Self.maximumDepth) deep")
    }
    let listed = runner.model[graph].inputs
    guard inputs.count <= listed.count else {
      throw EvaluationError.Problem.badInput(
        "\(inputs.count) inputs are given to a graph of \(listed.count)")
    }
    for (position, id) in listed.enumerated() {
      let given = inputs.indices.contains(position) ? inputs[position] : nil
      if let given {
        frame.values[id] = given
        try observer?(id, given)
      } else {
        frame.absent.insert(id)
      }
    }
    try runNodes(of: graph, in: frame)
    let outputs = try runner.model[graph].outputs.map { try value($0, in: frame) }
    for (id, value) in frame.values { discount(id, value) }
    return outputs
  }

  /// The value of an id; nil for an optional input that the caller of a function left out.
  private func value(_ id: ValueID, in frame: ExecutionFrame) throws -> RuntimeTensor? {
    if let value = try frame.value(id) ?? runner.constant(id) { return value }
    if frame.absent.contains(id) { return nil }
    throw EvaluationError.Problem.badInput("\"\(runner.model[id].name)\" has no value")
  }

  private func store(
    _ results: [RuntimeTensor?], of node: Node, in frame: ExecutionFrame
  ) throws {
    for (position, output) in node.outputs.enumerated() {
      guard let output else { continue }
      guard results.indices.contains(position), let result = results[position] else {
        throw EvaluationError.Problem.unsupported("output \(position)")
      }
      forget(output, in: frame)
      frame.values[output] = result
      liveBytes += result.elements.byteCount
      if keeping.contains(output) { kept[output] = result }
      try observer?(output, result)
    }
    guard liveBytes <= runner.options.maximumBytes else {
      throw EvaluationError.Problem.limit(
        "values need \(liveBytes) bytes; \(runner.options.maximumBytes) are allowed")
    }
  }

  private func release(_ values: [ValueID], in frame: ExecutionFrame) {
    for value in values { forget(value, in: frame) }
  }

  private func forget(_ id: ValueID, in frame: ExecutionFrame) {
    guard let value = frame.values.removeValue(forKey: id) else { return }
    discount(id, value)
  }

  private func discount(_ id: ValueID, _ value: RuntimeTensor) {
    if isMade(id) { liveBytes -= value.elements.byteCount }
  }

  /// Inputs were given, not made by a node, and do not count.
  private func isMade(_ id: ValueID) -> Bool {
    if case .node = runner.model[id].producer { true } else { false }
  }

  /// The node with references to the attributes of the function being called replaced.
  private func resolved(_ node: Node, in frame: ExecutionFrame) -> Node {
    guard
      node.attributes.contains(where: {
        if case .reference = $0.value { true } else { false }
      })
    else { return node }
    var copy = node
    copy.attributes = node.attributes.compactMap { attribute in
      guard case .reference(let name) = attribute.value else { return attribute }
      return frame.functionAttributes?[name].map { Attribute(attribute.name, $0) }
    }
    return copy
  }
}
