internal import ByteStore
internal import ModelIR

/// Operators that leave the elements of a constant where they are and only name them anew.
enum ConstantMovement {
  static let operators: Set<String> = [
    "Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Cast", "Transpose", "Dropout",
  ]

  /// The first output as a view of the first input's bytes; nil where elements must move or
  /// change, or the node is malformed.
  static func moved(_ node: Node, inputs: [Tensor?], opset: Int) -> Tensor? {
    guard let data = inputs.first ?? nil else { return nil }
    switch node.opType {
    case "Identity":
      return data
    case "Cast":
      return try? node.int("to") == Int(data.dataType.rawValue) ? data : nil
    case "Dropout":
      guard let mode = try? DropoutAttributes(node, opset: opset).mode else { return nil }
      switch mode {
      case .inference: return data
      case .training: return nil
      case .givenBy: return integers(inputs, 2)?.first == 0 ? data : nil
      }
    default:
      guard let extents = extents(node, data.shape.dimensions, inputs),
        let shape = TensorShape(extents)
      else { return nil }
      return renamed(data, to: shape)
    }
  }

  private static func extents(_ node: Node, _ input: [Int], _ inputs: [Tensor?]) -> [Int]? {
    switch node.opType {
    case "Reshape":
      // Opset 1 had the target as an attribute.
      let stated = try? node.ints("shape")
      guard let request = inputs.count > 1 ? integers(inputs, 1) : stated else { return nil }
      let allowZero = (try? node.flag("allowzero")) ?? false
      return ShapeAttributes.reshaped(input, to: request, allowZero: allowZero)
    case "Flatten":
      guard let axis = try? ShapeAttributes.flattenAxis(node, rank: input.count),
        let before = CheckedArithmetic.product(input[..<axis]),
        let after = CheckedArithmetic.product(input[axis...])
      else { return nil }
      return [before, after]
    case "Squeeze", "Unsqueeze":
      let stated = integers(inputs, 1)
      let isGiven = inputs.count > 1 && inputs[1] != nil
      guard stated != nil || !isGiven else { return nil }
      do {
        let axes = try ShapeAttributes.axes(node, input: stated)
        if node.opType == "Squeeze" { return ShapeAttributes.squeezed(input, axes: axes) }
        return axes.flatMap { ShapeAttributes.unsqueezed(input, axes: $0) }
      } catch {
        return nil
      }
    case "Transpose":
      // Moving axes of extent 1 alone leaves the elements in order.
      guard let permutation = try? ShapeAttributes.permutation(node, rank: input.count)
      else { return nil }
      let moving = permutation.filter { input[$0] != 1 }
      return moving == moving.sorted() ? permutation.map { input[$0] } : nil
    default:
      return nil
    }
  }

  private static func integers(_ inputs: [Tensor?], _ position: Int) -> [Int]? {
    guard inputs.indices.contains(position), let tensor = inputs[position],
      tensor.shape.elementCount <= 1 << 12
    else { return nil }
    return try? tensor.int64s().map { Int($0) }
  }

  /// Shares the bytes of a stored tensor; a sparse one is expanded first.
  private static func renamed(_ tensor: Tensor, to shape: TensorShape) -> Tensor? {
    if let view = tensor.reshaped(to: shape) { return view }
    guard case .sparse = tensor.storage, let bytes = try? tensor.loadBytes() else { return nil }
    return Tensor(dataType: tensor.dataType, shape: shape, bytes: bytes)
  }
}
