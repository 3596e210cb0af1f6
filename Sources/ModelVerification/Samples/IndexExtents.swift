internal import ModelIR

/// How large the numbers of whole-number inputs may be, as far as the model says: what they index.
struct IndexExtents {
  /// The number of entries along the axis that an input indexes, by input.
  private(set) var extents: [ValueID: Int] = [:]

  /// Follows each whole-number input through operators that keep its elements to Gather and its
  /// like.
  init(_ model: Model, types: [ValueID: ValueType], resolver: ConstantResolver) {
    var roots: [ValueID: ValueID] = [:]
    for input in model[model.mainGraph].inputs { roots[input] = input }
    for id in model[model.mainGraph].nodes {
      let node = model[id]
      guard node.domain.isEmpty else { continue }
      switch node.opType {
      case "Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Transpose", "Expand",
        "Slice", "Concat":
        let root = node.inputs.lazy.compactMap { $0.flatMap { roots[$0] } }.first
        if let root, let output = node.output(0) { roots[output] = root }
      case "Gather", "GatherElements":
        guard let data = node.input(0), let root = node.input(1).flatMap({ roots[$0] }) else {
          continue
        }
        let shape = resolver.shape(data) ?? types[data]?.dimensions?.map { $0.value ?? 1 }
        guard let shape else { continue }
        var axis = 0
        if case .int(let stated)? = node.attribute("axis") { axis = Int(clamping: stated) }
        if axis < 0 { axis += shape.count }
        guard shape.indices.contains(axis) else { continue }
        extents[root] = min(extents[root] ?? Int.max, shape[axis])
      default: continue
      }
    }
  }
}
