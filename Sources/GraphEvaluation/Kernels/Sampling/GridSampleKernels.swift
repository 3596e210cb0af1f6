internal import ModelIR

/// GridSample and AffineGrid: reading an image at computed coordinates, in any number of
/// dimensions.
///
/// Source: ONNX operators GridSample-16…22, AffineGrid-20.
enum GridSampleKernels {
  static let table: [KernelEntry] = [
    KernelEntry("GridSample") {
      try $0.inDouble ? sample($0, Double.self) : sample($0, Float.self)
    },
    KernelEntry("AffineGrid") {
      try $0.inDouble ? affineGrid($0, Double.self) : affineGrid($0, Float.self)
    },
  ]

  /// X [N, C, D₁, …, Dₖ] read at grid [N, d₁, …, dₖ, k], whose coordinates come innermost first.
  private static func sample<E: KernelFloat>(
    _ context: KernelContext, _: E.Type
  ) throws -> [RuntimeTensor?] {
    let (x, grid) = (try context.input(0), try context.input(1))
    let axes = x.rank - 2
    guard axes > 0, grid.rank == x.rank, grid.shape[0] == x.shape[0], grid.shape.last == axes
    else {
      throw EvaluationError.Problem.badInput("a grid \(grid.shape) for an image \(x.shape)")
    }
    let sampler = try GridSampler(context, extents: Array(x.shape.dropFirst(2)))
    let shape = Array(x.shape.prefix(2)) + grid.shape.dropFirst().dropLast()
    let count = try context.count(of: shape)
    let (image, points) = (try context.floats(0, as: E.self), grid.doubles())
    let (channels, plane) = (x.shape[1], x.shape.dropFirst(2).reduce(1, *))
    let positions = shape.dropFirst(2).reduce(1, *)
    var result = [E](repeating: 0, count: count)
    for batch in 0..<x.shape[0] {
      for position in 0..<positions {
        let first = (batch * positions + position) * axes
        let point = points[first..<(first + axes)].reversed().map { $0 }
        let taps = sampler.taps(point)
        for channel in 0..<channels {
          let base = (batch * channels + channel) * plane
          var sum: E = 0
          for tap in taps { sum += E(tap.weight) * image[base + tap.offset] }
          result[(batch * channels + channel) * positions + position] = sum
        }
      }
    }
    return try context.result(shape, result)
  }

  /// θ [N, k, k+1] times the homogeneous coordinates of a regular grid.
  private static func affineGrid<E: KernelFloat>(
    _ context: KernelContext, _: E.Type
  ) throws -> [RuntimeTensor?] {
    let theta = try context.input(0)
    let size = try context.integers(1).map { Int($0) }
    let axes = size.count - 2
    guard axes == 2 || axes == 3, theta.shape == [size[0], axes, axes + 1] else {
      throw EvaluationError.Problem.badInput("θ \(theta.shape) for a grid \(size)")
    }
    let corners = try context.flag("align_corners")
    let extents = Array(size.dropFirst(2))
    let shape = [size[0]] + extents + [axes]
    let count = try context.count(of: shape)
    let matrix = theta.doubles()
    func coordinate(_ index: Int, _ extent: Int) -> Double {
      corners
        ? (extent > 1 ? -1 + 2 * Double(index) / Double(extent - 1) : -1)
        : -1 + (2 * Double(index) + 1) / Double(extent)
    }
    var result: [E] = []
    result.reserveCapacity(count)
    let positions = extents.reduce(1, *)
    for batch in 0..<size[0] {
      for position in 0..<positions {
        var (rest, point) = (position, [Double]())
        for extent in extents.reversed() {
          point.append(coordinate(rest % extent, extent))
          rest /= extent
        }
        for row in 0..<axes {
          let first = (batch * axes + row) * (axes + 1)
          var sum = matrix[first + axes]
          for axis in 0..<axes { sum += matrix[first + axis] * point[axis] }
          result.append(E(sum))
        }
      }
    }
    return try context.result(shape, result)
  }
}
