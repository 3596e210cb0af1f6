internal import ModelIR

/// What is known of one node's inputs while its rule finds out about its outputs.
struct NodeShapes {
  let node: Node
  let id: NodeID
  let state: InferenceState

  /// The opset that holds where the node stands.
  var opset: Int { state.opset(in: node.graph) }

  // MARK: Inputs

  func has(_ input: Int) -> Bool { node.input(input) != nil }

  func valueType(_ input: Int = 0) -> ValueType? {
    node.input(input).flatMap { state.types[$0.index] }
  }

  func type(_ input: Int = 0) -> DataType? { valueType(input)?.dataType }

  func shape(_ input: Int = 0) -> [Dimension]? { valueType(input)?.dimensions }

  func rank(_ input: Int = 0) -> Int? { shape(input)?.count }

  /// Elements of a vector or scalar of whole numbers as far as they are known.
  func numbers(_ input: Int) -> [Dimension]? { node.input(input).flatMap { state.numbers($0) } }

  /// Elements of a vector or scalar of whole numbers where all are known.
  func integers(_ input: Int) -> [Int]? {
    guard let list = numbers(input) else { return nil }
    let known = list.compactMap(\.value)
    return known.count == list.count ? known : nil
  }

  /// A small constant.
  func constant(_ input: Int) -> Tensor? { node.input(input).flatMap { state.constant($0) } }

  /// Elements of a small constant as Float.
  func floats(_ input: Int) -> [Float]? { constant(input).flatMap { try? $0.floats() } }

  // MARK: Outputs

  func set(_ output: Int = 0, type: DataType?, _ shape: [Dimension]?) {
    set(output, .tensor(type, shape))
  }

  func set(_ output: Int, _ type: ValueType?) {
    if let value = node.output(output) { state.set(value, type) }
  }

  func setNumbers(_ numbers: [Dimension]?) { setNumbers(0, numbers) }

  func setNumbers(_ output: Int, _ numbers: [Dimension]?) {
    guard let value = node.output(output), let numbers, numbers.count <= 1 << 10 else { return }
    state.numbers.updateValue(numbers, forKey: value)
  }

  /// Type and shape of an input.
  func setSame(as input: Int = 0, _ output: Int = 0) { set(output, valueType(input)) }

  // MARK: Helpers

  /// Counts an axis from the front, or refuses it.
  func axis(_ axis: Int, rank: Int) throws -> Int {
    guard let resolved = Axes.resolve(axis, rank: rank) else {
      throw AttributeError("axis", .outOfRange(expected: "inside \(-rank) ..< \(rank)"))
    }
    return resolved
  }

  /// The common shape of inputs; nil where one is not known.
  func broadcast(_ inputs: [Int]) throws -> [Dimension]? {
    var result: [Dimension] = []
    for input in inputs {
      guard let shape = shape(input) else { return nil }
      guard let joined = Dimension.broadcast(result, shape) else {
        throw ShapeMismatch(
          "input \(input) of shape \(Self.text(shape)) cannot be broadcast to "
            + Self.text(result))
      }
      result = joined
    }
    return result
  }

  /// The type of elements that an attribute names.
  func dataType(_ attribute: String) throws -> DataType? {
    guard let number = try node.int(attribute), number != 0 else { return nil }
    guard let raw = Int32(exactly: number), let type = DataType(rawValue: raw) else {
      throw AttributeError(attribute, .outOfRange(expected: "the number of a data type"))
    }
    return type
  }

  static func text(_ shape: [Dimension]) -> String {
    let extents = shape.map { extent in
      switch InferenceState.published(extent) {
      case .known(let value): "\(value)"
      case .symbol(let name): name
      case .unknown: "?"
      }
    }
    return "[\(extents.joined(separator: ", "))]"
  }
}
