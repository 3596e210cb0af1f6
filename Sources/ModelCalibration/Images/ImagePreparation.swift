/// Makes a sample of a decoded image: scale, cut out the middle, order channels.
///
///     1. Scale so that the shorter side has `shorterSide` pixels (none: so that the image just
///        covers the sample); the longer side is rounded down.
///     2. Cut height × width out of the middle; an odd pixel is left off at the bottom and right.
///     3. Order channels: red, green, blue, or the other way round.
///
/// Scaling is linear interpolation between pixel centres; where it shrinks, the triangle is as much
/// wider as the image becomes smaller, so that every pixel counts (as PIL's BILINEAR and ONNX'
/// Resize with antialias = 1 and exclude_outside = 1 do). Along one axis, with s = old / new extent
/// and f = max(s, 1):
///
///     y[i] = Σ_j w_j·x[j] / Σ_j w_j,   w_j = max(0, 1 − |j + ½ − (i + ½)·s| / f),   j inside
///
/// in Double, vertical after horizontal, not rounded in between.
public struct ImagePreparation: Sendable, Hashable {
  /// Rows of a sample.
  public var height: Int
  /// Pixels of a row.
  public var width: Int
  /// What the shorter side is scaled to; nil: so that the image just covers the sample.
  public var shorterSide: Int?
  /// Blue comes first.
  public var isBGR = false
  /// Where channels stand in a sample.
  public var layout: PixelScaling.Layout

  /// Samples of some size.
  public init(height: Int, width: Int, layout: PixelScaling.Layout) {
    self.height = height
    self.width = width
    self.layout = layout
  }

  /// All settings in a line.
  public var facts: String {
    "image \(height)x\(width) \(shorterSide.map { "\($0)" } ?? "cover") "
      + "\(isBGR ? "BGR" : "RGB") \(layout.rawValue)"
  }

  /// The extents that an image of this size is scaled to.
  public func scaled(width: Int, height: Int) -> (width: Int, height: Int) {
    if let side = shorterSide {
      return width <= height
        ? (side, max(side, side * height / width)) : (max(side, side * width / height), side)
    }
    // The smallest scale at which both sides are long enough.
    return self.width * height >= self.height * width
      ? (self.width, max(self.height, self.width * height / width))
      : (max(self.width, self.height * width / height), self.height)
  }

  /// The numbers of a sample, from 0 to 255; nil where the scaled image is smaller than a sample.
  public func sample(
    bytes: [UInt8], width: Int, height: Int, channels: Int
  ) -> [Double]? {
    let size = scaled(width: width, height: height)
    guard size.width >= self.width, size.height >= self.height else { return nil }
    let (left, top) = ((size.width - self.width) / 2, (size.height - self.height) / 2)
    let columns = Self.weights(width, size.width, left..<(left + self.width))
    let rows = Self.weights(height, size.height, top..<(top + self.height))
    // Only rows that something is made of.
    let first = rows.first?.first ?? 0
    let last = rows.last.map { $0.first + $0.weights.count } ?? 0
    var narrow = [Double](repeating: 0, count: (last - first) * self.width * channels)
    for y in first..<last {
      for (x, column) in columns.enumerated() {
        for channel in 0..<channels {
          var sum = 0.0
          for (offset, weight) in column.weights.enumerated() {
            sum += weight * Double(bytes[(y * width + column.first + offset) * channels + channel])
          }
          narrow[((y - first) * self.width + x) * channels + channel] = sum
        }
      }
    }
    var result = [Double](repeating: 0, count: self.height * self.width * channels)
    for (y, row) in rows.enumerated() {
      for x in 0..<self.width {
        for channel in 0..<channels {
          var sum = 0.0
          for (offset, weight) in row.weights.enumerated() {
            sum +=
              weight * narrow[((row.first - first + offset) * self.width + x) * channels + channel]
          }
          let place = isBGR ? channels - 1 - channel : channel
          let index =
            layout == .nhwc
            ? (y * self.width + x) * channels + place
            : (place * self.height + y) * self.width + x
          result[index] = sum
        }
      }
    }
    return result
  }

  /// What each wanted pixel of a scaled axis is made of.
  static func weights(
    _ old: Int, _ new: Int, _ wanted: Range<Int>
  ) -> [(first: Int, weights: [Double])] {
    let scale = Double(old) / Double(new)
    let support = max(scale, 1)
    return wanted.map { place in
      let center = (Double(place) + 0.5) * scale
      let low = max(0, Int((center - support - 0.5).rounded(.up)))
      let high = min(old - 1, Int((center + support - 0.5).rounded(.down)))
      guard low < high else { return (min(max(low, 0), old - 1), [1]) }
      let weights = (low...high).map { max(0, 1 - abs(Double($0) + 0.5 - center) / support) }
      let sum = weights.reduce(0, +)
      return (low, weights.map { $0 / sum })
    }
  }
}
