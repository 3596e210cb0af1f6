/// A named constant of a node.
public struct Attribute: Sendable {
  /// The name in the operator's definition.
  public var name: String
  /// What it holds.
  public var value: AttributeValue

  /// Makes an attribute from its parts.
  public init(_ name: String, _ value: AttributeValue) {
    self.name = name
    self.value = value
  }
}

/// What an attribute holds.
public enum AttributeValue: Sendable {
  /// A number.
  case float(Float)
  /// A whole number.
  case int(Int64)
  /// Bytes, UTF-8 by convention.
  case string([UInt8])
  /// A constant array.
  case tensor(Tensor)
  /// A body of If, Loop or Scan.
  case graph(GraphID)
  /// Numbers.
  case floats([Float])
  /// Whole numbers.
  case ints([Int64])
  /// Byte strings.
  case strings([[UInt8]])
  /// Constant arrays.
  case tensors([Tensor])
  /// Bodies.
  case graphs([GraphID])
  /// A type.
  case type(ValueType)
  /// Types.
  case types([ValueType])
  /// The attribute of this name of the function that is being called.
  case reference(String)
  /// A form that is carried along and not read.
  case opaque

  /// The text of a string attribute.
  public var text: String? {
    if case .string(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { nil }
  }
}
