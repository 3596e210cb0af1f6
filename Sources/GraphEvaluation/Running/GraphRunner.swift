public import ModelIR

/// Evaluates a model, or some of its nodes, with the kernels of `KernelRegistry`.
///
/// Values are freed after their last use. Constants are converted once and shared by all runs of
/// one runner and its copies (`EvaluationOptions.keepsConstants`).
public struct GraphRunner: Sendable {
  /// Is told every value that a node makes, in bodies and functions too (then once for each
  /// iteration or call, and what goes into them as well), right after it was made.
  public typealias Observer = (ValueID, RuntimeTensor) throws -> Void

  /// The model.
  public let model: Model
  /// In which numbers floats are computed.
  public let precision: EvaluationPrecision
  /// What the evaluation may use.
  public let options: EvaluationOptions
  let cache = RunnerCache()

  /// A runner of a model.
  public init(
    model: Model, precision: EvaluationPrecision, options: EvaluationOptions = EvaluationOptions()
  ) {
    self.model = model
    self.precision = precision
    self.options = options
  }

  /// Runs the main graph and gives its outputs and the values of `keeping`.
  ///
  /// `inputs` holds every required input; one for an initializer that is also an input overrides
  /// it. A kept value of a body is that of its last evaluation.
  /// Errors: `EvaluationError`; `TensorError` and `FileAccessError` of constants; what `observing`
  /// throws.
  public func run(
    _ inputs: [ValueID: RuntimeTensor], keeping: Set<ValueID> = [], observing: Observer? = nil
  ) throws -> [ValueID: RuntimeTensor] {
    try withoutActuallyEscaping(observing ?? { _, _ in }) { observer in
      let execution = Execution(
        self, keeping: keeping, observer: observing == nil ? nil : observer)
      let frame = ExecutionFrame(
        parent: nil, functionAttributes: nil, opsets: model.opsets, depth: 0)
      for (id, value) in inputs { frame.values[id] = converted(value) }
      for id in model.requiredInputs(of: model.mainGraph) where frame.values[id] == nil {
        throw EvaluationError(
          node: nil, nodeName: "", opType: "",
          problem: .badInput("no value is given for the input \"\(model[id].name)\""))
      }
      try execution.runNodes(of: model.mainGraph, in: frame)
      var result = execution.kept
      for id in model[model.mainGraph].outputs + keeping.sorted() where result[id] == nil {
        result[id] = try frame.value(id) ?? constant(id)
      }
      return result
    }
  }

  /// Evaluates some nodes of one graph, in topological order, and adds what they make to `values`.
  ///
  /// Inputs come from `values` first (so a caller can put its own in place of a constant), then
  /// from the model's initializers. Nothing is freed.
  public func run(
    nodes: [NodeID], values: inout [ValueID: RuntimeTensor], observing: Observer? = nil
  ) throws {
    try run(nodes, &values, consuming: false, observing)
  }

  /// Evaluates one node as `run(nodes:values:observing:)` does, and leaves only what it made.
  ///
  /// What nobody else holds the node may change in place.
  public func run(
    node: NodeID, consuming values: inout [ValueID: RuntimeTensor], observing: Observer? = nil
  ) throws {
    try run([node], &values, consuming: true, observing)
  }

  private func run(
    _ nodes: [NodeID], _ values: inout [ValueID: RuntimeTensor], consuming: Bool,
    _ observing: Observer?
  ) throws {
    guard let observing else {
      return try run(
        nodes, &values, consuming: consuming, Execution(self, keeping: [], observer: nil))
    }
    try withoutActuallyEscaping(observing) { observer in
      try run(
        nodes, &values, consuming: consuming, Execution(self, keeping: [], observer: observer))
    }
  }

  private func run(
    _ nodes: [NodeID], _ values: inout [ValueID: RuntimeTensor], consuming: Bool,
    _ execution: Execution
  ) throws {
    guard let first = nodes.first else { return }
    let graph = model[first].graph
    let defaults = model.functions.first { $0.body == graph }?.defaultAttributes
    let frame = ExecutionFrame(
      parent: nil,
      functionAttributes: defaults.map {
        Dictionary($0.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
      }, opsets: model.opsets(in: graph), depth: 0)
    frame.values = values.mapValues(converted)
    var given: [ValueID] = []
    if consuming {
      given = Array(values.keys)
      execution.adopt(frame.values)
      values = [:]
    }
    for node in nodes { try execution.run(node, releasing: given, in: frame) }
    values = frame.values
  }

  /// The constant an id stands for: an initializer or the output of a Constant node; else nil.
  func constant(_ id: ValueID) throws -> RuntimeTensor? {
    guard let tensor = model[id].initializer else { return nil }
    return try constant(id, tensor)
  }

  func constant(_ id: ValueID, _ tensor: Tensor) throws -> RuntimeTensor {
    guard tensor.shape.elementCount <= options.maximumElements else {
      throw EvaluationError.Problem.limit(
        "\"\(model[id].name)\" has \(tensor.shape.elementCount) elements; "
          + "\(options.maximumElements) are allowed")
    }
    return try cache.constant(id, keeping: options.keepsConstants) {
      try RuntimeTensor(tensor, precision: precision)
    }
  }

  /// A caller's value held as this runner's precision says.
  private func converted(_ value: RuntimeTensor) -> RuntimeTensor {
    switch value.elements {
    case .float(let floats) where precision.holdsInDouble(value.dataType):
      RuntimeTensor(
        dataType: value.dataType, shape: value.shape, elements: .double([Double](widening: floats)))
    case .double(let doubles) where !precision.holdsInDouble(value.dataType):
      rounded([Float](rounding: doubles), value)
    default: value
    }
  }

  private func rounded(_ floats: [Float], _ value: RuntimeTensor) -> RuntimeTensor {
    var result = RuntimeTensor(
      dataType: value.dataType, shape: value.shape, elements: .float(floats))
    result.normalize()
    return result
  }
}
