internal import ByteStore
internal import ModelIR
internal import Operators

/// How much memory the values of a run need at least.
enum ActivationMemory {
  /// The most bytes that are alive at once when the main graph's nodes run in file order and each
  /// value goes after its last use.
  ///
  /// Stored tensors do not count, inputs and outputs do. Bodies keep what they capture alive; their
  /// own values do not count. Nil where an extent or type is not known, or the sum does not fit.
  static func peak(of model: Model, shapes: ShapeInference) -> Int? {
    let graph = model[model.mainGraph]
    let nodes = graph.nodes.filter { model.contains($0) }
    var lastUse: [ValueID: Int] = [:]
    for (step, id) in nodes.enumerated() {
      for input in inputs(of: id, model) { lastUse[input] = step }
    }
    for output in graph.outputs { lastUse[output] = nodes.count }
    var alive = 0
    for input in graph.inputs where model[input].initializer == nil {
      guard let bytes = bytes(input, shapes), let sum = CheckedArithmetic.sum(alive, bytes) else {
        return nil
      }
      alive = sum
      // An input that nobody reads is there until the first node runs.
      if lastUse[input] == nil { lastUse[input] = 0 }
    }
    var peak = alive
    var dying: [Int: [ValueID]] = [:]
    for (value, step) in lastUse { dying[step, default: []].append(value) }
    for (step, id) in nodes.enumerated() {
      // A Constant's tensor is stored, not computed.
      let isStored = model[id].isStandard("Constant")
      for output in model[id].outputs.compactMap({ $0 }) where !isStored {
        guard let bytes = bytes(output, shapes), let sum = CheckedArithmetic.sum(alive, bytes)
        else { return nil }
        alive = sum
        if lastUse[output] == nil { dying[step, default: []].append(output) }
      }
      peak = max(peak, alive)
      for value in dying[step] ?? [] where counts(value, model) {
        alive -= bytes(value, shapes) ?? 0
      }
    }
    return peak
  }

  /// What a node and its bodies read of values that stand outside.
  private static func inputs(of id: NodeID, _ model: Model) -> [ValueID] {
    var result: [ValueID] = []
    var pending = [id]
    while let next = pending.popLast() {
      result += model[next].inputs.compactMap { $0 }
      for body in model[next].bodies {
        result += model[body].outputs
        pending += model[body].nodes
      }
    }
    return result
  }

  /// Whether a value of the main graph was counted when it came to life.
  private static func counts(_ value: ValueID, _ model: Model) -> Bool {
    guard model[value].graph == model.mainGraph, model[value].initializer == nil else {
      return false
    }
    guard let maker = model.producer(of: value), model.contains(maker) else { return true }
    return !model[maker].isStandard("Constant")
  }

  private static func bytes(_ value: ValueID, _ shapes: ShapeInference) -> Int? {
    guard let shape = shapes.shape(of: value), let type = shapes.dataType(of: value),
      let count = CheckedArithmetic.product(shape)
    else { return nil }
    return type == .string ? 0 : type.byteCount(elements: count)
  }
}
