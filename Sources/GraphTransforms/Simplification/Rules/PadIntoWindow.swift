internal import ModelIR
internal import Operators

/// A Pad with zeros becomes padding of the Conv or AveragePool that reads it.
///
/// Conditions: mode constant, the value 0 and the pads constant, at least 0, none on batch and
/// channels; nobody else reads the padded value; the window's pads are stated or none (no SAME).
/// AveragePool has to count padding as input: it says so (count_include_pad, from opset 7 on), or
/// had no pads of its own and says so from now on; no ceil_mode, whose last window might begin in
/// the padding; pads stay below the kernel, as runtimes insist.
struct PadIntoWindow: SimplificationRule {
  let name = "pad-into-window"
  let operators: Set<String>? = ["Conv", "AveragePool"]

  func simplify(_ id: NodeID, in context: SimplificationContext) -> SimplificationDraft? {
    let node = context.node(id)
    guard let pad = context.soleMaker(of: node.input(0)), pad.node.opType == "Pad",
      pad.node.graph == node.graph, let x = pad.node.input(0),
      let rank = context.dimensions(x)?.count, rank > 2,
      let pads = Self.zeroPads(pad.node, rank: rank, in: context),
      pads.allSatisfy({ $0 >= 0 }), [0, 1, rank, rank + 1].allSatisfy({ pads[$0] == 0 }),
      let window = try? WindowAttributes(node, spatialRank: rank - 2),
      window.autoPad == .notSet || window.autoPad == .valid
    else { return nil }
    let stated = window.autoPad == .valid ? nil : window.padsBegin + window.padsEnd
    let added = Array(pads[2..<rank] + pads[(rank + 2)...])
    let sums = zip(stated ?? added.map { _ in 0 }, added).map { $0 + $1 }
    guard let result = pool(node, id, window, sums, context) else { return nil }
    var draft = context.draft(id)
    draft.edit(id) { node in
      node = result
      node.inputs[0] = x
      if window.autoPad == .valid { node.attributes.removeAll { $0.name == "auto_pad" } }
      node.setAttribute("pads", .ints(sums.map { Int64($0) }))
    }
    return draft
  }

  /// The node with what its operator needs besides pads; nil where padding counts otherwise.
  private func pool(
    _ node: Node, _ id: NodeID, _ window: WindowAttributes, _ sums: [Int],
    _ context: SimplificationContext
  ) -> Node? {
    guard node.opType == "AveragePool" else { return node }
    guard context.opset(id) >= 7, let kernel = window.kernel,
      let counts = try? node.flag("count_include_pad"), (try? node.flag("ceil_mode")) == false,
      counts || window.isUnpadded,
      sums.enumerated().allSatisfy({ $1 < kernel[$0 % kernel.count] })
    else { return nil }
    var node = node
    node.setAttribute("count_include_pad", .int(1))
    return node
  }

  /// The pads of a Pad with zeros, begins before ends, for every axis; nil for others.
  static func zeroPads(_ node: Node, rank: Int, in context: SimplificationContext) -> [Int]? {
    guard (try? node.text("mode") ?? "constant") == "constant" else { return nil }
    if let stated = try? node.ints("pads") ?? node.ints("paddings") {
      guard stated.count == 2 * rank, (try? node.double("value", or: 0)) == 0 else { return nil }
      return stated
    }
    if node.input(2) != nil {
      guard let value = context.constant(node.input(2)), (try? value.doubles()) == [0] else {
        return nil
      }
    }
    guard let list = context.integers(node.input(1)) else { return nil }
    guard node.input(3) != nil else { return list.count == 2 * rank ? list : nil }
    guard let axes = context.integers(node.input(3)).flatMap({ Axes.resolve($0, rank: rank) }),
      list.count == 2 * axes.count
    else { return nil }
    var pads = [Int](repeating: 0, count: 2 * rank)
    for (place, axis) in axes.enumerated() {
      pads[axis] = list[place]
      pads[rank + axis] = list[axes.count + place]
    }
    return pads
  }
}
