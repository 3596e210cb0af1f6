/// One extent of a value's shape.
public enum Dimension: Sendable, Hashable {
  /// A known extent.
  case known(Int)
  /// A name that stands for the same extent wherever it occurs ("batch").
  case symbol(String)
  /// Nothing is known.
  case unknown

  /// The extent where it is known.
  public var value: Int? {
    if case .known(let value) = self { value } else { nil }
  }
}

/// What a value holds.
public indirect enum ValueType: Sendable, Hashable {
  /// A tensor; a nil shape means that even the rank is unknown, a nil type that it is not stated.
  case tensor(DataType?, [Dimension]?)
  /// A sparse tensor.
  case sparseTensor(DataType?, [Dimension]?)
  /// A list of values of one type.
  case sequence(ValueType)
  /// A value that may be absent.
  case optional(ValueType)
  /// Keys and values.
  case map(key: DataType?, value: ValueType)
  /// A type outside the standard.
  case opaque(domain: String, name: String)

  /// The element type where this is a dense tensor.
  public var dataType: DataType? {
    if case .tensor(let type, _) = self { type } else { nil }
  }

  /// The extents where this is a dense tensor of known rank.
  public var dimensions: [Dimension]? {
    if case .tensor(_, let dimensions) = self { dimensions } else { nil }
  }
}
