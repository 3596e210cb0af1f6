internal import ModelIR
internal import Operators

/// Split: an affine at one part acts on its channels alone; one at the input is dealt out.
struct SplitRule: OperatorRule {
  let name = "split"
  let summary = "passes Split along the channels"
  let operators = ["Split"]

  func backward(
    _ affine: ChannelAffine, output: Int, at visit: Visit, draft: inout FoldDraft
  ) throws(KeepReason) -> [Demand] {
    let (axis, parts) = try parts(visit)
    guard parts.indices.contains(output) else { throw .notLinear(visit.blocker) }
    let start = parts[..<output].reduce(0, +)
    let selection = Array(start..<(start + parts[output]))
    let extent = parts.reduce(0, +)
    guard let moved = affine.scattered(along: axis, selection, extent: extent) else {
      throw .otherAxis(visit.blocker)
    }
    return [Demand(value: try visit.input(0), affine: moved)]
  }

  func forward(
    _ affine: ChannelAffine, inputs: [Int], at visit: Visit, draft: inout FoldDraft
  ) throws(KeepReason) -> [Demand] {
    guard inputs == [0] else { throw .notLinear(visit.blocker) }
    let (axis, parts) = try parts(visit)
    var start = 0
    var demands: [Demand] = []
    for (position, part) in parts.enumerated() {
      defer { start += part }
      guard let value = visit.node.output(position) else { continue }
      guard let moved = affine.gathered(along: axis, Array(start..<(start + part))) else {
        throw .otherAxis(visit.blocker)
      }
      demands.append(Demand(value: value, affine: moved))
    }
    return demands
  }

  private func parts(_ visit: Visit) throws(KeepReason) -> (axis: Int, parts: [Int]) {
    let value = try visit.input(0)
    let dimensions = try visit.dimensions(of: value)
    let axis = try visit.attributes { () throws(AttributeError) in
      try ShapeAttributes.axis(visit.node, or: 0, rank: dimensions.count)
    }
    let extent = try visit.channelExtent(dimensions, axis, of: value)
    let given = try visit.integers(1)
    let parts = try visit.attributes { () throws(AttributeError) in
      let stated = try visit.node.ints("split")
      return try ShapeAttributes.splitParts(visit.node, extent: extent, stated: given ?? stated)
    }
    guard parts.allSatisfy({ $0 > 0 }) else {
      throw .unsupportedForm(visit.blocker, "has an empty part")
    }
    return (axis, parts)
  }
}
