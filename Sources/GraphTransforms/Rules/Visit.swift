internal import ModelIR
internal import Operators

/// A node that an affine meets.
struct Visit {
  let session: FoldSession
  let id: NodeID
  let node: Node

  init(_ id: NodeID, _ session: FoldSession) {
    self.session = session
    self.id = id
    node = session.model[id]
  }

  var blocker: Blocker { Blocker(id, in: session.model) }
  var opset: Int { session.opset(of: node) }

  /// The value of an input that must be there.
  func input(_ position: Int) throws(KeepReason) -> ValueID {
    guard let value = node.input(position) else {
      throw .malformedOperator(blocker, "input \(position) is missing")
    }
    return value
  }

  /// The value of an output that must be there.
  func output(_ position: Int = 0) throws(KeepReason) -> ValueID {
    guard let value = node.output(position) else {
      throw .malformedOperator(blocker, "output \(position) is missing")
    }
    return value
  }

  /// A weight: an input that must be constant, of a type that a fold may write.
  func weight(_ position: Int) throws(KeepReason) -> Tensor {
    try constant(try input(position))
  }

  /// The same where the weight may be stored quantized: `scale` then moves what it is made from.
  func linearWeight(_ position: Int) throws(KeepReason) -> Tensor {
    try constant(try input(position), mayBeQuantized: true)
  }

  /// A constant that the node may do without.
  func optionalConstant(_ position: Int) throws(KeepReason) -> Tensor? {
    guard let value = node.input(position) else { return nil }
    return try constant(value)
  }

  /// A bias that may be stored quantized: whole numbers could not hold what a fold makes of it, so
  /// that it becomes one of floats.
  func linearBias(_ position: Int) throws(KeepReason) -> Tensor? {
    guard let value = node.input(position) else { return nil }
    return try constant(value, mayBeQuantized: true)
  }

  private func constant(
    _ value: ValueID, mayBeQuantized: Bool = false
  ) throws(KeepReason) -> Tensor {
    switch session.constancy(of: value) {
    case .constant(let tensor):
      guard tensor.dataType.isFoldableFloat else {
        throw .unsupportedType(tensor.dataType.name)
      }
      guard mayBeQuantized || !session.isQuantized(value) else {
        throw .unsupportedForm(blocker, "has a weight that is stored quantized")
      }
      return session.dequantized[value] ?? tensor
    case .variable(let reason):
      throw .weightNotConstant(
        blocker, value: session.model[value].name, because: reason.description)
    }
  }

  /// Whether an input is a constant.
  func isConstant(_ position: Int) -> Bool {
    node.input(position).map { session.constancy(of: $0).tensor != nil } ?? false
  }

  /// The extents of a value, or why the fold stops here.
  func dimensions(of value: ValueID) throws(KeepReason) -> [Dimension] {
    guard let dimensions = session.dimensions(of: value) else {
      throw .unknownShape(value: session.model[value].name)
    }
    return dimensions
  }

  func rank(of value: ValueID) throws(KeepReason) -> Int { try dimensions(of: value).count }

  /// The result of reading attributes, with an error turned into a reason.
  func attributes<Attributes>(
    _ read: () throws(AttributeError) -> Attributes
  ) throws(KeepReason) -> Attributes {
    do throws(AttributeError) {
      return try read()
    } catch {
      throw .malformedOperator(blocker, error.description)
    }
  }

  /// The affine along the one axis that the node needs.
  func along(
    _ affine: ChannelAffine, axis: Int, extent: Int
  ) throws(KeepReason) -> AxisAffine {
    guard let result = affine.along(axis: axis, extent: extent) else { throw .otherAxis(blocker) }
    return result
  }
}
