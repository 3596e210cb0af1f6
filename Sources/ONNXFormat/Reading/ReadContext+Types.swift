internal import ModelFormats
internal import ModelIR

/// Types of values.
extension ReadContext {
  /// The type that a message describes; nil when it says nothing.
  ///
  /// Unknown element types and negative extents count as not stated, as runtimes take them.
  func valueType(_ message: TypeMessage) -> ValueType? {
    switch message.content {
    case .none: nil
    case .tensor(let type, let dimensions):
      .tensor(DataType(rawValue: type), dimensions.map { $0.map(dimension) })
    case .sparseTensor(let type, let dimensions):
      .sparseTensor(DataType(rawValue: type), dimensions.map { $0.map(dimension) })
    case .sequence(let element): .sequence(inner(element))
    case .optional(let element): .optional(inner(element))
    case .map(let key, let value): .map(key: DataType(rawValue: key), value: inner(value))
    case .opaque(let domain, let name): .opaque(domain: domain, name: name)
    }
  }

  private func inner(_ message: TypeMessage?) -> ValueType {
    message.flatMap { valueType($0) } ?? .tensor(nil, nil)
  }

  private func dimension(_ message: DimensionMessage) -> Dimension {
    switch message {
    case .value(let extent): extent < 0 ? .unknown : .known(Int(extent))
    case .parameter(let name): name.isEmpty ? .unknown : .symbol(name)
    case .none: .unknown
    }
  }
}
