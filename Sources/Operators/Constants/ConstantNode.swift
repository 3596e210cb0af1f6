internal import ByteStore
internal import ModelIR

/// Reads what a Constant node holds, in every form an opset gave it: value, sparse_value,
/// value_float(s), value_int(s), value_string(s).
enum ConstantNode {
  static func constancy(_ node: Node, _ id: NodeID) -> Constancy {
    for attribute in node.attributes {
      if case .reference = attribute.value { return .variable(.functionParameter) }
      if let tensor = tensor(attribute) { return .constant(tensor) }
    }
    return .variable(.malformed(id))
  }

  private static func tensor(_ attribute: Attribute) -> Tensor? {
    switch (attribute.name, attribute.value) {
    case ("value", .tensor(let tensor)), ("sparse_value", .tensor(let tensor)): tensor
    case ("value_float", .float(let value)): Tensor([value], shape: .scalar)
    case ("value_floats", .floats(let values)): Tensor(values, shape: .vector(values.count))
    case ("value_int", .int(let value)): Tensor([value], shape: .scalar)
    case ("value_ints", .ints(let values)): Tensor(values, shape: .vector(values.count))
    case ("value_string", .string(let value)): strings([value], shape: .scalar)
    case ("value_strings", .strings(let values)): strings(values, shape: .vector(values.count))
    default: nil
    }
  }

  /// A string tensor: one piece of the source for each element.
  private static func strings(_ values: [[UInt8]], shape: TensorShape) -> Tensor {
    var bytes: [UInt8] = []
    var pieces: [Range<Int>] = []
    for value in values {
      pieces.append(bytes.count..<(bytes.count + value.count))
      bytes.append(contentsOf: value)
    }
    let stored = StoredElements(source: ByteSource(bytes), pieces: pieces, encoding: .strings)
    return Tensor(dataType: .string, shape: shape, storage: .stored(stored))
  }
}
