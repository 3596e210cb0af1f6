/// How one axis is resampled: for each index of the result, some indices of the source with
/// weights, or nothing where the coordinate lies outside and is extrapolated.
struct ResampledAxis {
  /// First entry of each result index in `places` and `weights`; one more at the end.
  var starts: [Int] = [0]
  /// Indices of the source.
  var places: [Int] = []
  /// What multiplies them; they sum to 1.
  var weights: [Double] = []
  /// Result indices whose coordinate lies outside the source.
  var outside: [Bool] = []

  /// An axis that stays as it is.
  static func identity(_ extent: Int) -> ResampledAxis {
    var axis = ResampledAxis()
    for index in 0..<extent { axis.append([index], [1], outside: false) }
    return axis
  }

  /// Extent of the result.
  var extent: Int { starts.count - 1 }

  /// Whether the result is the source, of `input` elements.
  func isIdentity(of input: Int) -> Bool {
    extent == input && places.count == extent && !outside.contains(true)
      && places.indices.allSatisfy { places[$0] == $0 }
  }

  mutating func append(_ indices: [Int], _ factors: [Double], outside isOutside: Bool) {
    places += indices
    weights += factors
    starts.append(places.count)
    outside.append(isOutside)
  }
}

/// The rules by which Resize finds places and weights.
struct Resampling {
  /// How a neighbour or neighbours are weighted.
  enum Mode: String {
    case nearest
    case linear
    case cubic
  }

  var mode: Mode
  var coordinates: String
  var nearestMode: String
  var cubicCoefficient: Double
  var excludesOutside: Bool
  var antialiases: Bool

  /// An axis of `input` elements resampled to `output`, with the exact scale and the part of the
  /// source (`region`, normalised) that tf_crop_and_resize takes.
  func axis(
    input: Int, output: Int, scale: Double, region: (Double, Double)
  ) throws -> ResampledAxis {
    var axis = ResampledAxis()
    guard !antialiases || 4 / scale * Double(output) <= 0x1p28 else {
      throw EvaluationError.Problem.limit("filters of \(4 / scale) neighbours are too long")
    }
    guard input > 0 || output == 0 else {
      throw EvaluationError.Problem.badInput("an empty axis cannot be resized to \(output)")
    }
    for index in 0..<output {
      let x = try coordinate(
        Double(index), input: Double(input), output: Double(output), scale: scale, region)
      let outside = coordinates == "tf_crop_and_resize" && (x < 0 || x > Double(input - 1))
      var (first, weights) = try neighbours(x, scale: antialiases ? min(scale, 1) : 1)
      if excludesOutside {
        for position in weights.indices where !(0..<input).contains(first + position) {
          weights[position] = 0
        }
      }
      let total = weights.reduce(0, +)
      let places = weights.indices.map { min(max(first + $0, 0), input - 1) }
      axis.append(places, weights.map { $0 / total }, outside: outside)
    }
    return axis
  }

  private func coordinate(
    _ x: Double, input: Double, output: Double, scale: Double, _ region: (Double, Double)
  ) throws -> Double {
    switch coordinates {
    case "half_pixel": return (x + 0.5) / scale - 0.5
    case "half_pixel_symmetric":
      // The result may be longer or shorter than scale says; its middle stays on the source's.
      let adjustment = output / (scale * input)
      return input / 2 * (1 - adjustment) + (x + 0.5) / scale - 0.5
    case "pytorch_half_pixel": return output > 1 ? (x + 0.5) / scale - 0.5 : 0
    case "align_corners":
      let length = scale * input
      return length == 1 ? 0 : x * (input - 1) / (length - 1)
    case "asymmetric": return x / scale
    case "tf_half_pixel_for_nn": return (x + 0.5) / scale
    case "tf_crop_and_resize":
      guard output > 1 else { return 0.5 * (region.0 + region.1) * (input - 1) }
      return region.0 * (input - 1) + x * (region.1 - region.0) * (input - 1) / (output - 1)
    default: throw EvaluationError.Problem.badInput("coordinates \"\(coordinates)\"")
    }
  }

  /// The first neighbour of a coordinate and the weights from there on.
  private func neighbours(_ x: Double, scale: Double) throws -> (Int, [Double]) {
    let below = x.rounded(.down)
    // Coordinates far outside count as outside; sums with them must not overflow.
    let base = max(-1 << 40, min(1 << 40, Int(Int64(clamping: below))))
    let ratio = x - below
    switch mode {
    case .nearest:
      return (Int(Int64(clamping: try nearest(x))), [1])
    case .linear:
      let start = Int((-1 / scale).rounded(.down)) + 1
      let weights = (start..<(2 - start)).map { max(0, 1 - abs((Double($0) - ratio) * scale)) }
      return (base + start, weights)
    case .cubic:
      let start = Int((-2 / scale).rounded(.down)) + 1
      let weights = (start..<(2 - start)).map { cubic((Double($0) - ratio) * scale) }
      return (base + start, weights)
    }
  }

  private func nearest(_ x: Double) throws -> Double {
    switch nearestMode {
    case "round_prefer_floor": (x - 0.5).rounded(.up)
    case "round_prefer_ceil": (x + 0.5).rounded(.down)
    case "floor": x.rounded(.down)
    case "ceil": x.rounded(.up)
    case let other: throw EvaluationError.Problem.badInput("nearest mode \"\(other)\"")
    }
  }

  /// Keys' cubic convolution kernel.
  private func cubic(_ distance: Double) -> Double {
    let (a, x) = (cubicCoefficient, abs(distance))
    if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    if x < 2 { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a }
    return 0
  }
}
