internal import ModelIR
internal import Operators

/// A weight that DequantizeLinear makes of whole numbers: W = (q − z)·s.
///
/// A fold scales it where it is stored, so that it stays quantized:
///
///     s′ = |a|·s,   q′ = z + sign(a)·(q − z);   where a is 0: s′ = s, q′ = z
///
/// Shapes: s and z [] (one for the tensor) or [E], E the extent along `axis`.
/// Accuracy: s′ is rounded once, q′ is exact or refused; DequantizeLinear's own rounding of the
/// product stays what it was.
struct QuantizedWeight {
  /// Values from the linear node's input back to what DequantizeLinear makes: all of them change.
  let path: [ValueID]
  /// The DequantizeLinear.
  let id: NodeID
  let node: Node
  /// For each axis of the weight as the linear node reads it, the axis of the stored one.
  let axes: [Int]
  /// s, and the axis along which it has several; nil where it has one.
  let scale: Tensor
  let axis: Int?
  /// z, of the shape of s; nil where it is 0.
  let zeroPoint: Tensor?
  /// q.
  let numbers: Tensor
  let visit: Visit

  init(_ value: ValueID, of linear: Visit) throws(KeepReason) {
    let session = linear.session
    var path = [value]
    var axes = Array(0..<(try linear.rank(of: value)))
    var next = try Self.soleMaker(of: value, linear)
    while next.node.opType != "DequantizeLinear" {
      switch next.node.opType {
      case "Identity": break
      case "Transpose":
        let permutation = try next.attributes { () throws(AttributeError) in
          try ShapeAttributes.permutation(next.node, rank: axes.count)
        }
        axes = axes.map { permutation[$0] }
      default:
        throw .unsupportedForm(
          next.blocker, "stands between a weight that is stored quantized and what reads it")
      }
      let input = try next.input(0)
      path.append(input)
      next = try Self.soleMaker(of: input, linear)
    }
    self.path = path
    self.axes = axes
    (id, node, visit) = (next.id, next.node, next)
    scale = try Self.constant(1, next)
    numbers = try Self.constant(0, next)
    zeroPoint = next.node.input(2) == nil ? nil : try Self.constant(2, next)
    let rank = axes.count
    let (stated, blocks) = try next.attributes { () throws(AttributeError) in
      (try next.node.int("axis", or: 1), try next.node.int("block_size", or: 0))
    }
    guard blocks == 0, scale.shape.rank <= 1 else {
      throw .unsupportedForm(next.blocker, "has scales for blocks of numbers")
    }
    guard scale.dataType.isFoldableFloat,
      scale.dataType == session.constancy(of: value).tensor?.dataType
    else {
      throw .unsupportedForm(next.blocker, "computes in another type than its scale's")
    }
    let along = stated < 0 ? stated + rank : stated
    let entries = scale.shape.elementCount
    axis = entries > 1 ? along : nil
    guard entries > 0, zeroPoint.map({ $0.shape.elementCount == entries }) ?? true,
      entries == 1
        || next.opset >= 13 && numbers.shape.dimensions.indices.contains(along)
          && numbers.shape.dimensions[along] == entries
    else { throw .malformedOperator(next.blocker, "a scale of shape \(scale.shape)") }
  }

  /// The node that makes a value which nothing else reads.
  private static func soleMaker(of value: ValueID, _ linear: Visit) throws(KeepReason) -> Visit {
    let session = linear.session
    let (model, name) = (session.model, session.model[value].name)
    guard let maker = model.producer(of: value) else {
      throw .unsupportedForm(linear.blocker, "has a weight that is stored quantized")
    }
    guard model[value].graph == linear.node.graph else { throw .madeOutside(value: name) }
    guard session.uses.graphOutputs(of: value).isEmpty else { throw .graphOutput(value: name) }
    let count = session.uses.uses(of: value).count
    guard count == 1 else { throw .severalConsumers(value: name, count: count) }
    return Visit(maker, session)
  }

  private static func constant(_ position: Int, _ visit: Visit) throws(KeepReason) -> Tensor {
    let value = try visit.input(position)
    switch visit.session.constancy(of: value) {
    case .constant(let tensor): return tensor
    case .variable(let reason):
      throw .weightNotConstant(
        visit.blocker, value: visit.session.model[value].name, because: reason.description)
    }
  }

  // MARK: Which scale meets which channel

  /// Which channel of an affine meets which entry of the stored constants.
  struct Meeting {
    /// The axis of the whole numbers along which scales differ; nil where there is one.
    var axis: Int?
    /// The channel for each index along it.
    var numbers: [Int]
    /// The channel for each entry of the new scale.
    var scale: [Int]
    /// Whether the scale gets an entry for each index of the axis instead of its one.
    var grows: Bool
  }

  /// How an affine meets the weight, or why one scale per entry cannot hold it.
  func meeting(
    _ affine: AxisAffine, _ index: ChannelIndex, _ shape: TensorShape
  ) throws(KeepReason) -> Meeting {
    let (own, map) = try oneAxis(affine, index, shape)
    let entries = scale.shape.elementCount
    let alike = Meeting(
      axis: own.map { axes[$0] }, numbers: map, scale: [Int](repeating: map[0], count: entries),
      grows: false)
    func magnitude(_ channel: Int) -> Double { Self.magnitude(affine, channel) }
    guard map.contains(where: { magnitude($0) != magnitude(map[0]) }) else { return alike }
    if let axis {
      guard alike.axis == axis else {
        throw .unsupportedForm(visit.blocker, "has its scales along another axis")
      }
    } else {
      guard visit.opset >= 13 else {
        throw .unsupportedForm(
          visit.blocker, "has one scale for all, and can have no more before opset 13")
      }
    }
    return Meeting(axis: alike.axis, numbers: map, scale: map, grows: axis == nil)
  }

  /// What of a channel's scale goes into s: a scale of 0 leaves it, as q′ = z makes the zeros.
  static func magnitude(_ affine: AxisAffine, _ channel: Int) -> Double {
    let scale = channel < 0 ? 1 : affine.site.scale[channel].magnitude
    return scale == 0 ? 1 : scale
  }

  /// The axis of the weight along which the affine's scales differ (nil: nowhere), with its
  /// channels along it.
  private func oneAxis(
    _ affine: AxisAffine, _ index: ChannelIndex, _ shape: TensorShape
  ) throws(KeepReason) -> (Int?, [Int]) {
    let scales = affine.scale
    let members = shape.dimensions[index.memberAxis]
    let rows = index.group.map { shape.dimensions[$0.axis] } ?? 1
    func channel(_ row: Int, _ member: Int) -> Int {
      (index.group.map { row / $0.size * $0.channels } ?? 0) + member
    }
    let alongMember = (0..<rows).contains { row in
      (0..<members).contains { scales[channel(row, $0)] != scales[channel(row, 0)] }
    }
    let alongGroup = (0..<rows).contains { row in
      (0..<members).contains { scales[channel(row, $0)] != scales[channel(0, $0)] }
    }
    switch (alongMember, alongGroup) {
    case (false, false): return (nil, [affine.map[0]])
    case (true, false):
      return (index.memberAxis, (0..<members).map { affine.map[channel(0, $0)] })
    case (false, true):
      return (index.group?.axis, (0..<rows).map { affine.map[channel($0, 0)] })
    default:
      throw .unsupportedForm(visit.blocker, "would need scales along two axes")
    }
  }
}
