internal import ByteStore
internal import ModelIR

extension AttributeValue {
  /// Whether two attributes hold the same, bit for bit, told without reading elements.
  ///
  /// A tensor is the same where it is the same bytes of the same source, a body by its id.
  func isSame(as other: AttributeValue) -> Bool {
    switch (self, other) {
    case (.float(let a), .float(let b)): a.bitPattern == b.bitPattern
    case (.int(let a), .int(let b)): a == b
    case (.string(let a), .string(let b)): a == b
    case (.tensor(let a), .tensor(let b)): a.isSame(as: b)
    case (.graph(let a), .graph(let b)): a == b
    case (.floats(let a), .floats(let b)): a.elementsEqual(b) { $0.bitPattern == $1.bitPattern }
    case (.ints(let a), .ints(let b)): a == b
    case (.strings(let a), .strings(let b)): a == b
    case (.tensors(let a), .tensors(let b)): a.elementsEqual(b) { $0.isSame(as: $1) }
    case (.graphs(let a), .graphs(let b)): a == b
    case (.type(let a), .type(let b)): a == b
    case (.types(let a), .types(let b)): a == b
    case (.reference(let a), .reference(let b)): a == b
    case (.opaque, .opaque): true
    default: false
    }
  }

  /// Whether two attributes are of the same kind, so that one's `type` holds for the other.
  func isOfSameKind(as other: AttributeValue) -> Bool {
    switch (self, other) {
    case (.tensor(let a), .tensor(let b)): a.isSparse == b.isSparse
    case (.tensors(let a), .tensors(let b)): a.first?.isSparse == b.first?.isSparse
    case (.float, .float), (.int, .int), (.string, .string), (.graph, .graph), (.floats, .floats),
      (.ints, .ints), (.strings, .strings), (.graphs, .graphs), (.type, .type), (.types, .types),
      (.reference, .reference),
      (.opaque, .opaque):
      true
    default: false
    }
  }
}

extension Tensor {
  /// Written as a SparseTensorProto.
  var isSparse: Bool {
    if case .sparse = storage { true } else { false }
  }

  fileprivate func isSame(as other: Tensor) -> Bool {
    guard dataType == other.dataType, shape == other.shape else { return false }
    switch (storage, other.storage) {
    case (.stored(let a), .stored(let b)):
      return a.source === b.source && a.pieces == b.pieces && a.encoding == b.encoding
    case (.sparse(let values, let indices), .sparse(let otherValues, let otherIndices)):
      return values.isSame(as: otherValues) && indices.isSame(as: otherIndices)
    default:
      return false
    }
  }
}
