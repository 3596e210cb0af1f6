internal import ModelIR

/// What an attribute holds, for finding equal ones.
enum AttributeKey: Hashable {
  case float(UInt32)
  case int(Int64)
  case string([UInt8])
  case floats([UInt32])
  case ints([Int64])
  case strings([[UInt8]])
  case type(ValueType)
  case types([ValueType])
  case tensor(DataType, TensorShape, [UInt8])

  private static let largestTensor = 1 << 12

  /// Nil for bodies, references, opaque forms and large tensors.
  init?(_ value: AttributeValue) {
    switch value {
    case .float(let number): self = .float(number.bitPattern)
    case .int(let number): self = .int(number)
    case .string(let bytes): self = .string(bytes)
    case .floats(let numbers): self = .floats(numbers.map(\.bitPattern))
    case .ints(let numbers): self = .ints(numbers)
    case .strings(let strings): self = .strings(strings)
    case .type(let type): self = .type(type)
    case .types(let types): self = .types(types)
    case .tensor(let tensor):
      guard let count = tensor.byteCount, count <= Self.largestTensor,
        let bytes = try? tensor.loadBytes()
      else { return nil }
      self = .tensor(tensor.dataType, tensor.shape, bytes)
    case .graph, .graphs, .tensors, .reference, .opaque: return nil
    }
  }
}
