internal import ModelIR
internal import Operators

/// Clip: the limits move with what is limited.
///
///     a·clip(x, l, h) + t = clip(a·x + t, a·l + t, a·h + t)      a ≥ 0; where a ≤ 0 l and h swap
///
/// Limits are numbers for the whole value, so that a·l + t has to be the same number in every
/// channel: one scale and shift for all; scales alone for a limit of 0; anything where a side has
/// no limit. Before opset 11 limits are attributes, which no claim can state: there they must be
/// exact numbers of Float.
struct ClipRule: OperatorRule {
  let name = "clip"
  let summary = "passes Clip backward where its limits stay the same in all channels"
  let operators = ["Clip"]

  func backward(
    _ affine: ChannelAffine, output: Int, at visit: Visit, draft: inout FoldDraft
  ) throws(KeepReason) -> [Demand] {
    let turns = try turns(affine, visit)
    var node = visit.node
    let changes =
      try visit.opset >= 11
      ? moveInputs(affine, turns, visit, &node, &draft)
      : moveAttributes(affine, turns, visit, &node)
    let demand = Demand(value: try visit.input(0), affine: affine)
    guard changes else { return [demand] }
    draft.edit(visit.id, node)
    draft.absorbed(by: name, at: visit.id)
    return [demand]
  }

  func forward(
    _ affine: ChannelAffine, inputs: [Int], at visit: Visit, draft: inout FoldDraft
  ) throws(KeepReason) -> [Demand] {
    throw .unsupportedForm(visit.blocker, "passes an affine backward only")
  }

  /// Whether the limits swap; all scales must have one sign.
  private func turns(_ affine: ChannelAffine, _ visit: Visit) throws(KeepReason) -> Bool {
    let scales = affine.layout.map.map { $0 < 0 ? 1 : affine.site.scale[$0] }
    // Under a scale of 0 every limit becomes the shift, which is what the result is.
    if scales.allSatisfy({ $0 >= 0 }) { return false }
    if scales.allSatisfy({ $0 <= 0 }) { return true }
    throw .unsupportedForm(visit.blocker, "passes scales of one sign only")
  }

  /// Where the affine takes a limit, and a channel that takes it there.
  private func moved(
    _ limit: Double, _ affine: ChannelAffine, _ visit: Visit
  ) throws(KeepReason) -> (channel: Int, limit: Double) {
    let images = affine.layout.map.map { channel -> Double in
      guard channel >= 0 else { return limit }
      let shift = affine.addsShift ? affine.site.shift[channel] : 0
      return affine.site.scale[channel] * limit + shift
    }
    guard let first = images.first, images.allSatisfy({ $0 == first }) else {
      throw .unsupportedForm(visit.blocker, "would need a limit of its own in every channel")
    }
    return (affine.layout.map[0], first)
  }

  /// A side's limit; nil where it limits nothing.
  private func limit(
    _ stated: Double, _ side: Side, _ type: DataType, _ visit: Visit
  ) throws(KeepReason) -> Double? {
    let largest = type.largest
    if abs(stated) < largest { return stated }
    guard side == .lower ? stated <= -largest : stated >= largest else {
      throw .malformedOperator(visit.blocker, "a limit of \(stated)")
    }
    return nil
  }

  /// The sides of a Clip, by the positions of its inputs.
  private enum Side: Int {
    case lower = 1
    case upper = 2

    /// Where a side's limit stands afterwards, or stood before.
    func turned(_ turns: Bool) -> Side { turns == (self == .lower) ? .upper : .lower }
  }

  // MARK: Limits that are inputs

  private func moveInputs(
    _ affine: ChannelAffine, _ turns: Bool, _ visit: Visit, _ node: inout Node,
    _ draft: inout FoldDraft
  ) throws(KeepReason) -> Bool {
    while node.inputs.count < 3 { node.inputs.append(nil) }
    if turns { node.inputs.swapAt(1, 2) }
    var limits: [Double] = []
    for side in [Side.lower, .upper] {
      guard let tensor = try visit.optionalConstant(side.rawValue) else { continue }
      guard tensor.shape.elementCount == 1, let stated = try? tensor.doubles().first else {
        throw .malformedOperator(visit.blocker, "a limit of shape \(tensor.shape)")
      }
      guard let limit = try limit(stated, side, tensor.dataType, visit) else {
        guard !turns else {
          throw .unsupportedForm(visit.blocker, "states that a side has no limit")
        }
        continue
      }
      limits.append(limit)
      let (channel, image) = try moved(limit, affine, visit)
      guard abs(image) < tensor.dataType.largest else {
        throw .unsupportedForm(visit.blocker, "would have a limit that its type does not hold")
      }
      let along = AxisAffine(site: affine.site, map: [channel], addsShift: affine.addsShift)
      let place = BiasPlace(
        position: side.turned(turns).rawValue, tensor: tensor, dataType: tensor.dataType,
        shape: tensor.shape, index: tensor.shape.rank == 0 ? .uniform : .axis(0))
      try visit.applyOutput(along, to: place, weight: nil, in: &node, draft: &draft)
    }
    try requireOrder(limits, visit)
    while let last = node.inputs.last, last == nil { node.inputs.removeLast() }
    return node.inputs != visit.node.inputs
  }

  /// Where the limits cross all numbers become the upper one, which would be the other when turned.
  private func requireOrder(_ limits: [Double], _ visit: Visit) throws(KeepReason) {
    guard limits.count < 2 || limits[0] <= limits[1] else {
      throw .malformedOperator(visit.blocker, "a lower limit above the upper one")
    }
  }

  // MARK: Limits that are attributes

  private func moveAttributes(
    _ affine: ChannelAffine, _ turns: Bool, _ visit: Visit, _ node: inout Node
  ) throws(KeepReason) -> Bool {
    let names: [Side: String] = [.lower: "min", .upper: "max"]
    node.attributes.removeAll { names.values.contains($0.name) }
    var limits: [Double] = []
    for side in [Side.lower, .upper] {
      guard let name = names[side], case .float(let stated)? = visit.node.attribute(name) else {
        continue
      }
      guard let limit = try limit(Double(stated), side, .float32, visit) else { continue }
      limits.append(limit)
      let (_, image) = try moved(limit, affine, visit)
      guard Double(Float(image)) == image else {
        throw .unsupportedForm(
          visit.blocker, "holds its limits in attributes, where a new one would be rounded")
      }
      guard let target = names[side.turned(turns)] else { continue }
      node.attributes.append(Attribute(target, .float(Float(image))))
    }
    try requireOrder(limits, visit)
    return !limits.isEmpty
  }
}

extension DataType {
  /// The largest number of a float type.
  fileprivate var largest: Double {
    switch self {
    case .float16: 65504
    case .bfloat16: 0x1.fep127
    case .float64: .greatestFiniteMagnitude
    default: Double(Float.greatestFiniteMagnitude)
    }
  }
}
