/// Which elements of an image, with which weights, make the value at a point.
struct GridSampler {
  /// One element of the image and what multiplies it.
  struct Tap {
    var offset: Int
    var weight: Double
  }

  private enum Padding: String {
    case zeros
    case border
    case reflection
  }

  private let extents: [Int]
  private let strides: [Int]
  private let mode: Resampling.Mode
  private let padding: Padding
  private let alignsCorners: Bool

  init(_ context: KernelContext, extents: [Int]) throws {
    // Version 16 said bilinear and bicubic.
    let names = ["bilinear": "linear", "bicubic": "cubic"]
    let name = try context.text("mode", default: "linear")
    guard let mode = Resampling.Mode(rawValue: names[name] ?? name),
      let padding = Padding(rawValue: try context.text("padding_mode", default: "zeros")),
      !extents.contains(0)
    else { throw EvaluationError.Problem.badInput("this mode, padding or shape of GridSample") }
    self.mode = mode
    self.padding = padding
    self.extents = extents
    alignsCorners = try context.flag("align_corners")
    var strides = [Int](repeating: 1, count: extents.count)
    for axis in stride(from: extents.count - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * extents[axis + 1]
    }
    self.strides = strides
  }

  /// The taps of a point in −1…1, outermost coordinate first.
  func taps(_ point: [Double]) -> [Tap] {
    var taps = [Tap(offset: 0, weight: 1)]
    for axis in extents.indices {
      let along = taps1D(point[axis], extents[axis])
      taps = taps.flatMap { tap in
        along.map {
          Tap(offset: tap.offset + $0.offset * strides[axis], weight: tap.weight * $0.weight)
        }
      }
    }
    return taps
  }

  private func taps1D(_ normalized: Double, _ extent: Int) -> [Tap] {
    let length = Double(extent)
    var x =
      alignsCorners ? (normalized + 1) / 2 * (length - 1) : ((normalized + 1) * length - 1) / 2
    if mode == .nearest { x.round(.toNearestOrEven) }
    let (low, high) = alignsCorners ? (0, length - 1) : (-0.5, length - 0.5)
    if x < low || x > high {
      switch padding {
      case .zeros: break
      case .border: x = min(max(x, 0), length - 1)
      case .reflection: x = Self.reflected(x, low, high)
      }
    }
    guard x.isFinite else { return [] }
    let below = x.rounded(.down)
    let first = Int(Int64(clamping: below))
    switch mode {
    case .nearest: return tap(first, 1, extent, low, high)
    case .linear:
      return tap(first, 1 - (x - below), extent, low, high)
        + tap(first &+ 1, x - below, extent, low, high)
    case .cubic:
      return (-1...2).flatMap {
        tap(first &+ $0, Self.cubic(Double($0) - (x - below)), extent, low, high)
      }
    }
  }

  private func tap(
    _ index: Int, _ weight: Double, _ extent: Int, _ low: Double, _ high: Double
  ) -> [Tap] {
    if (0..<extent).contains(index) { return [Tap(offset: index, weight: weight)] }
    switch padding {
    case .zeros: return []
    case .border: return [Tap(offset: index < 0 ? 0 : extent - 1, weight: weight)]
    case .reflection:
      let place = Int(Int64(clamping: Self.reflected(Double(index), low, high)))
      return [Tap(offset: min(max(place, 0), extent - 1), weight: weight)]
    }
  }

  /// Mirrors a coordinate at the borders until it lies between them.
  private static func reflected(_ x: Double, _ low: Double, _ high: Double) -> Double {
    let range = high - low
    guard range > 0 else { return low }
    let distance = abs(x < low ? low - x : x - low)
    let turns = (distance / range).rounded(.down)
    let rest = distance - turns * range
    return turns.truncatingRemainder(dividingBy: 2) == 0 ? low + rest : high - rest
  }

  /// Keys' kernel with −0.75.
  private static func cubic(_ distance: Double) -> Double {
    let (a, x) = (-0.75, abs(distance))
    if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    if x < 2 { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a }
    return 0
  }
}
