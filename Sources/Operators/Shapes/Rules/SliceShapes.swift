internal import ModelIR

/// Slice, in the forms of opset 1 (attributes) and 10 (inputs).
enum SliceShapes {
  static let rules: [String: ShapeRule] = ["Slice": slice]

  private static func slice(_ context: NodeShapes) throws {
    let type = context.type(0)
    guard var output = context.shape(0) else {
      context.set(type: type, nil)
      return
    }
    let rank = output.count
    let isOld = context.opset < 10
    let starts = isOld ? try known(context.node, "starts") : context.numbers(1)
    let ends = isOld ? try known(context.node, "ends") : context.numbers(2)
    let steps = isOld || !context.has(4) ? nil : context.integers(4)
    var axes = isOld ? try context.node.ints("axes") : context.integers(3)
    if axes == nil, isOld || !context.has(3) {
      let count = starts?.count ?? ends?.count ?? context.shape(1)?.first?.value
      axes = count.map { Array(0..<max(0, min($0, rank))) }
    }
    guard let axes, let resolved = Axes.resolve(axes, rank: rank) else {
      if axes != nil { throw AttributeError("axes", .outOfRange(expected: "inside \(rank)")) }
      context.set(type: type, UnknownShape.ofRank(rank))
      return
    }
    let numbers = rank == 1 ? context.numbers(0) : nil
    let stepsKnown = isOld || !context.has(4) || steps != nil
    for (position, axis) in resolved.enumerated() {
      guard stepsKnown, let start = starts?.element(position), let end = ends?.element(position)
      else {
        output[axis] = .unknown
        continue
      }
      let step = steps.map { $0.indices.contains(position) ? $0[position] : 1 } ?? 1
      guard step != 0 else { throw ShapeMismatch("a step of 0 never ends") }
      if rank == 1, let numbers {
        setNumbers(context, numbers, start, end, step)
      }
      output[axis] = extent(of: output[axis], start, end, step)
    }
    context.set(type: type, output)
    if resolved.isEmpty { context.setNumbers(numbers) }
  }

  private static func known(_ node: Node, _ name: String) throws -> [Dimension]? {
    try node.ints(name)?.map { .known($0) }
  }

  private static func setNumbers(
    _ context: NodeShapes, _ numbers: [Dimension], _ start: Dimension, _ end: Dimension,
    _ step: Int
  ) {
    guard let start = start.value, let end = end.value else { return }
    let range = SliceRange(start: start, end: end, step: step, extent: numbers.count)
    context.setNumbers(range.positions.map { numbers[$0] })
  }

  private static func extent(
    of extent: Dimension, _ start: Dimension, _ end: Dimension, _ step: Int
  ) -> Dimension {
    if case .known(let size) = extent, let start = start.value, let end = end.value {
      return .known(SliceRange(start: start, end: end, step: step, extent: size).count)
    }
    // Everything, or the first n of something that is n long.
    if step == 1, start == .known(0) {
      if let end = end.value, end >= Int(Int32.max) { return extent }
      if end == extent { return extent }
    }
    return .unknown
  }
}

extension Array {
  /// The element at a position, or nil beyond the end.
  fileprivate func element(_ position: Int) -> Element? {
    indices.contains(position) ? self[position] : nil
  }
}
