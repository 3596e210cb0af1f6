/// Numpy's broadcasting of up to three inputs: shapes aligned at the right, extent 1 repeated.
struct Broadcast {
  /// The result's shape.
  let shape: [Int]
  /// Extents with neighbouring axes merged where every input allows it; at least one.
  private let extents: [Int]
  /// Steps of each input along the merged axes.
  private let steps: [[Int]]

  /// Elements of each run.
  var runLength: Int { extents.last ?? 1 }

  /// Consecutive elements of the result, with where each input's begin and how far apart they lie
  /// (0 where an input repeats one element, 1 where it is dense).
  struct Run {
    /// First element in the result.
    var output: Int
    /// Elements.
    var count: Int
    /// First element of each input.
    var first: (Int, Int, Int)
    /// Distance of neighbours in each input.
    var step: (Int, Int, Int)
  }

  /// Aligns shapes; throws when they do not fit.
  init(_ shapes: [[Int]]) throws {
    let shape = try Self.shape(shapes)
    self.init(shapes, to: shape)
  }

  /// Aligns shapes that are known to broadcast to `shape`.
  private init(_ shapes: [[Int]], to shape: [Int]) {
    self.shape = shape
    var extents: [Int] = []
    var steps = shapes.map { _ in [Int]() }
    let full = shapes.map { Self.steps(of: $0, in: shape) }
    for axis in shape.indices where shape[axis] != 1 {
      let merges =
        !extents.isEmpty
        && shapes.indices.allSatisfy { (steps[$0].last ?? 0) == full[$0][axis] * shape[axis] }
      if merges, let last = extents.indices.last {
        extents[last] *= shape[axis]
        for input in shapes.indices { steps[input][last] = full[input][axis] }
      } else {
        extents.append(shape[axis])
        for input in shapes.indices { steps[input].append(full[input][axis]) }
      }
    }
    if extents.isEmpty {
      extents = [1]
      steps = shapes.map { _ in [0] }
    }
    self.extents = extents
    self.steps = steps
  }

  /// The shape that shapes broadcast to.
  static func shape(_ shapes: [[Int]]) throws -> [Int] {
    let rank = shapes.map(\.count).max() ?? 0
    var result = [Int](repeating: 1, count: rank)
    for shape in shapes {
      for (axis, extent) in shape.enumerated() where extent != 1 {
        let place = rank - shape.count + axis
        guard result[place] == 1 || result[place] == extent else {
          let all = shapes.map { "\($0)" }.joined(separator: " and ")
          throw EvaluationError.Problem.badInput("shapes \(all) do not broadcast")
        }
        result[place] = extent
      }
    }
    return result
  }

  /// Distance of neighbours along each axis of `target` in an input of `shape`, 0 where it repeats.
  static func steps(of shape: [Int], in target: [Int]) -> [Int] {
    var steps = [Int](repeating: 0, count: target.count)
    var distance = 1
    for axis in shape.indices.reversed() {
      if shape[axis] != 1 { steps[target.count - shape.count + axis] = distance }
      distance *= shape[axis]
    }
    return steps
  }

  /// Walks the result in rows, in order.
  func forEachRun(_ body: (Run) throws -> Void) rethrows {
    guard !shape.contains(0), let count = extents.last else { return }
    let rows = extents.dropLast().reduce(1, *)
    func step(_ input: Int, _ axis: Int) -> Int {
      input < steps.count ? steps[input][axis] : 0
    }
    let inner = extents.count - 1
    var run = Run(
      output: 0, count: count, first: (0, 0, 0),
      step: (step(0, inner), step(1, inner), step(2, inner)))
    var index = [Int](repeating: 0, count: inner)
    for _ in 0..<rows {
      try body(run)
      run.output += count
      var axis = inner - 1
      while axis >= 0 {
        index[axis] += 1
        run.first.0 += step(0, axis)
        run.first.1 += step(1, axis)
        run.first.2 += step(2, axis)
        if index[axis] < extents[axis] { break }
        run.first.0 -= step(0, axis) * extents[axis]
        run.first.1 -= step(1, axis) * extents[axis]
        run.first.2 -= step(2, axis) * extents[axis]
        index[axis] = 0
        axis -= 1
      }
    }
  }
}
