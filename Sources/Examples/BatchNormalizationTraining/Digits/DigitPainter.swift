internal import ModelVerification

/// Draws digits: strokes through jittered points, under a random affine map, with a pen of random
/// width, and noise.
///
/// Only sums, products, quotients and square roots are computed, which IEEE 754 rounds alike
/// everywhere: a seed gives the same bytes on every machine.
struct DigitPainter {
  private typealias Point = DigitStrokes.Point
  private static let size = 28
  private var numbers: SeededNumbers

  /// Digits of classes in random order, each drawn by numbers of its own.
  static func draw(_ count: Int, stream: String, seed: UInt64) -> DigitSet {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(count * size * size)
    var classes: [UInt8] = []
    let root = SeededNumbers(seed: seed).stream(stream)
    for place in 0..<count {
      var painter = DigitPainter(numbers: root.stream("\(place)"))
      let digit = Int.random(in: 0..<10, using: &painter.numbers)
      pixels += painter.image(of: digit)
      classes.append(UInt8(digit))
    }
    return DigitSet(size: size, pixels: pixels, classes: classes)
  }

  private mutating func uniform(_ low: Double, _ high: Double) -> Double {
    low + (high - low) * numbers.uniform()
  }

  private mutating func image(of digit: Int) -> [UInt8] {
    let forms = DigitStrokes.forms[digit]
    let form = forms[Int.random(in: 0..<forms.count, using: &numbers)]
    let map = affineMap()
    var segments: [(Point, Point)] = []
    for stroke in form {
      let points = stroke.points.map { point in
        map((point.x + numbers.normal() * 0.04, point.y + numbers.normal() * 0.04))
      }
      let path = stroke.isCurved ? Self.smooth(points) : points
      segments += zip(path, path.dropFirst())
    }
    return paint(segments)
  }

  /// A random map of the unit box into pixels: rotation, shear, scales and a shift.
  private mutating func affineMap() -> (Point) -> Point {
    // (1 − t²)/(1 + t²) and 2t/(1 + t²) are the cosine and sine of an angle of 2·atan t.
    let t = uniform(-0.2, 0.2)
    let (cosine, sine) = ((1 - t * t) / (1 + t * t), 2 * t / (1 + t * t))
    let shear = uniform(-0.35, 0.35)
    let (width, height) = (uniform(9, 19), uniform(13, 22))
    let (x, y) = (uniform(11, 17), uniform(11, 17))
    return { point in
      let (u, v) = ((point.x - 0.5) * width, (point.y - 0.5) * height)
      let sheared = u - shear * v
      return (x + cosine * sheared - sine * v, y + sine * sheared + cosine * v)
    }
  }

  /// Points of a Catmull–Rom curve: five for each piece.
  private static func smooth(_ points: [Point]) -> [Point] {
    guard let last = points.last, points.count > 2 else { return points }
    var path: [Point] = []
    for place in 0..<points.count - 1 {
      let (b, c) = (points[place], points[place + 1])
      let a = place > 0 ? points[place - 1] : b
      let d = place + 2 < points.count ? points[place + 2] : c
      for step in 0..<5 {
        let t = Double(step) / 5
        func blend(_ a: Double, _ b: Double, _ c: Double, _ d: Double) -> Double {
          let (first, second) = (c - a, 2 * a - 5 * b + 4 * c - d)
          let third = 3 * b - a - 3 * c + d
          return b + 0.5 * t * (first + t * (second + t * third))
        }
        path.append((blend(a.x, b.x, c.x, d.x), blend(a.y, b.y, c.y, d.y)))
      }
    }
    return path + [last]
  }

  /// Ink by the distance from the nearest segment, paper noise on top.
  private mutating func paint(_ segments: [(Point, Point)]) -> [UInt8] {
    let radius = uniform(0.7, 1.7)
    let ink = uniform(0.6, 1)
    let noise = uniform(0.02, 0.25)
    var nearest = [Double](repeating: 1e9, count: Self.size * Self.size)
    let reach = radius + 1.5
    for (a, b) in segments {
      let (dx, dy) = (b.x - a.x, b.y - a.y)
      let length = max(1e-9, dx * dx + dy * dy)
      for row in Self.range(min(a.y, b.y) - reach, max(a.y, b.y) + reach) {
        for column in Self.range(min(a.x, b.x) - reach, max(a.x, b.x) + reach) {
          let (px, py) = (Double(column) + 0.5 - a.x, Double(row) + 0.5 - a.y)
          let part = min(1, max(0, (px * dx + py * dy) / length))
          let (ex, ey) = (px - part * dx, py - part * dy)
          let place = row * Self.size + column
          nearest[place] = min(nearest[place], ex * ex + ey * ey)
        }
      }
    }
    return nearest.map { square in
      let covered = min(1, max(0, radius + 0.5 - square.squareRoot()))
      let value = ink * covered + noise * numbers.normal()
      return UInt8((min(1, max(0, value)) * 255).rounded())
    }
  }

  /// The pixels between two coordinates.
  private static func range(_ low: Double, _ high: Double) -> Range<Int> {
    let first = Int(max(0, min(Double(size), low.rounded(.down))))
    return first..<max(first, Int(max(0, min(Double(size), high.rounded(.up)))))
  }
}
