internal import ByteStore
internal import ModelIR

/// What a kernel works with: the node, its inputs, and the rules of the run.
struct KernelContext {
  /// The node, references to a function's attributes replaced by what the call gave.
  let node: Node
  /// The version of the node's operator set in its graph.
  let opset: Int
  /// The inputs; nil where an optional one is left out.
  var inputs: [RuntimeTensor?]
  /// In which numbers floats are computed.
  let precision: EvaluationPrecision
  /// Threads and limits.
  let options: EvaluationOptions

  private let execution: Execution
  private let frame: ExecutionFrame

  init(
    node: Node, opset: Int, inputs: consuming [RuntimeTensor?], precision: EvaluationPrecision,
    options: EvaluationOptions, execution: Execution, frame: ExecutionFrame
  ) {
    self.node = node
    self.opset = opset
    self.inputs = inputs
    self.precision = precision
    self.options = options
    self.execution = execution
    self.frame = frame
  }

  /// How many threads a kernel may use.
  var threads: Int { options.threads }

  // MARK: Inputs

  /// The input at a position; throws when it is missing.
  func input(_ position: Int) throws -> RuntimeTensor {
    guard let input = optionalInput(position) else {
      throw EvaluationError.Problem.badInput("input \(position) is missing")
    }
    return input
  }

  /// The input at a position, or nil when it is left out.
  func optionalInput(_ position: Int) -> RuntimeTensor? {
    inputs.indices.contains(position) ? inputs[position] : nil
  }

  /// Moves an input out of the context, so that its buffer may be changed in place.
  mutating func take(_ position: Int) throws -> RuntimeTensor {
    let input = try input(position)
    inputs[position] = nil
    return input
  }

  /// Whether the first input is held in Double, and so the kernel computes in Double.
  var inDouble: Bool { holdsDouble(0) }

  /// Whether an input is held in Double.
  func holdsDouble(_ position: Int) -> Bool {
    if case .double = optionalInput(position)?.elements { true } else { false }
  }

  /// Whether an input holds whole numbers or bool.
  func holdsIntegers(_ position: Int) -> Bool {
    if case .integer = optionalInput(position)?.elements { true } else { false }
  }

  /// The elements of a float input, converted where it is held in the other float type.
  func floats<E: KernelFloat>(_ position: Int, as _: E.Type) throws -> [E] {
    try Self.floats(input(position), as: E.self, "input \(position)")
  }

  /// The elements of an optional float input, or nil.
  func optionalFloats<E: KernelFloat>(_ position: Int, as _: E.Type) throws -> [E]? {
    try optionalInput(position).map { try Self.floats($0, as: E.self, "input \(position)") }
  }

  private static func floats<E: KernelFloat>(
    _ tensor: RuntimeTensor, as _: E.Type, _ what: String
  ) throws -> [E] {
    if let elements = E.elements(of: tensor.elements) { return elements }
    switch tensor.elements {
    case .float(let elements): return elements.map { E($0) }
    case .double(let elements): return elements.map { E($0) }
    case .integer:
      throw EvaluationError.Problem.unsupported("type \(tensor.dataType.name) of \(what)")
    }
  }

  /// The elements of an input of whole numbers or bool.
  func integers(_ position: Int) throws -> [Int64] {
    let input = try input(position)
    guard let integers = input.integers else {
      throw EvaluationError.Problem.unsupported(
        "type \(input.dataType.name) of input \(position)")
    }
    return integers
  }

  // MARK: Results

  /// The number of elements of a result's shape, checked against the limits.
  func count(of shape: [Int]) throws -> Int {
    guard let count = CheckedArithmetic.product(shape) else {
      throw EvaluationError.Problem.badInput("a result would have the shape \(shape)")
    }
    guard count <= options.maximumElements,
      count <= max(0, options.maximumBytes - execution.liveBytes) / 4
    else {
      throw EvaluationError.Problem.limit(
        "a result of the shape \(shape) exceeds the limit of \(options.maximumElements) elements "
          + "or \(options.maximumBytes) bytes")
    }
    return count
  }

  /// A result in a list of its own, as most kernels return it; `type` is the first input's where
  /// it is not given.
  func result<E: KernelElement>(
    _ shape: [Int], _ elements: [E], _ type: DataType? = nil
  ) throws -> [RuntimeTensor?] {
    [value(shape, elements, try type ?? input(0).dataType)]
  }

  /// A result, held as the type and the precision ask, whatever it was computed in.
  func value<E: KernelElement>(
    _ shape: [Int], _ elements: [E], _ type: DataType
  ) -> RuntimeTensor {
    var held = E.wrap(elements)
    switch held {
    case .float(let floats) where precision.holdsInDouble(type):
      held = .double([Double](widening: floats))
    case .double(let doubles) where !precision.holdsInDouble(type):
      held = .float([Float](rounding: doubles))
    default: break
    }
    return RuntimeTensor(dataType: type, shape: shape, elements: held)
  }

  // MARK: Bodies

  /// Runs a body (of this node) with its inputs and gives its outputs.
  func run(body: GraphID, _ inputs: [RuntimeTensor]) throws -> [RuntimeTensor] {
    try execution.run(body: body, inputs, in: frame).map {
      guard let value = $0 else {
        throw EvaluationError.Problem.badInput("a body's output is missing")
      }
      return value
    }
  }

  /// What a body says one of its outputs holds.
  func declaredOutput(of body: GraphID, _ position: Int) -> ValueType? {
    let outputs = execution.runner.model[body].outputs
    return outputs.indices.contains(position)
      ? execution.runner.model[outputs[position]].type : nil
  }

  /// How many inputs a body has.
  func inputCount(of body: GraphID) -> Int { execution.runner.model[body].inputs.count }
}
