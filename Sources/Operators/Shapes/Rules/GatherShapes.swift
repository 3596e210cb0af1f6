internal import ModelIR

/// Operators that pick elements by index.
enum GatherShapes {
  static let rules: [String: ShapeRule] = [
    "Gather": gather, "GatherND": gatherND,
    "GatherElements": { $0.set(type: $0.type(0), $0.shape(1)) },
    "OneHot": oneHot, "GridSample": gridSample, "AffineGrid": affineGrid,
  ]

  private static func gather(_ context: NodeShapes) throws {
    guard let data = context.shape(0), let indices = context.shape(1) else {
      context.set(type: context.type(0), nil)
      return
    }
    let axis = try ShapeAttributes.axis(context.node, or: 0, rank: data.count)
    context.set(
      type: context.type(0), Array(data[..<axis]) + indices + Array(data[(axis + 1)...]))
    guard data.count == 1, indices.count <= 1, let numbers = context.numbers(0),
      let positions = context.integers(1)
    else { return }
    var picked: [Dimension] = []
    for position in positions {
      guard let resolved = Axes.resolve(position, rank: numbers.count) else {
        throw ShapeMismatch("index \(position) is outside an axis of \(numbers.count)")
      }
      picked.append(numbers[resolved])
    }
    context.setNumbers(picked)
  }

  private static func gatherND(_ context: NodeShapes) throws {
    let stacked = try context.node.int("batch_dims", or: 0)
    guard let data = context.shape(0), let indices = context.shape(1),
      let last = indices.last?.value
    else {
      context.set(type: context.type(0), nil)
      return
    }
    guard stacked >= 0, last >= 0, last <= data.count, stacked <= data.count - last else {
      throw ShapeMismatch("\(last) indices do not fit an input of \(data.count) axes")
    }
    context.set(type: context.type(0), Array(indices.dropLast()) + Array(data[(stacked + last)...]))
  }

  private static func oneHot(_ context: NodeShapes) throws {
    guard var output = context.shape(0) else {
      context.set(type: context.type(2), nil)
      return
    }
    let rank = output.count + 1
    let axis = try ShapeAttributes.axis(context.node, or: -1, rank: rank)
    let depth = context.floats(1)?.first.flatMap { Int(exactly: $0) }
    output.insert(depth.map { .known($0) } ?? context.numbers(1)?.first ?? .unknown, at: axis)
    context.set(type: context.type(2), output)
  }

  private static func gridSample(_ context: NodeShapes) throws {
    guard let input = context.shape(0), let grid = context.shape(1), input.count >= 2,
      grid.count == input.count
    else {
      context.set(type: context.type(0), context.rank(0).flatMap(UnknownShape.ofRank))
      return
    }
    context.set(type: context.type(0), Array(input[..<2]) + Array(grid[1..<(grid.count - 1)]))
  }

  private static func affineGrid(_ context: NodeShapes) throws {
    guard let size = context.numbers(1), size.count >= 3 else {
      let rank = context.shape(1)?.first?.value
      context.set(type: context.type(0), rank.flatMap(UnknownShape.ofRank))
      return
    }
    context.set(
      type: context.type(0), [size[0]] + Array(size[2...]) + [.known(size.count - 2)])
  }
}
