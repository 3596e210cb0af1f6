/// Images of digits with their classes.
struct DigitSet: Sendable {
  /// Rows and columns of an image.
  let size: Int
  /// Grey levels, 0 for paper and 255 for ink, image by image.
  private(set) var pixels: [UInt8]
  private(set) var classes: [UInt8]

  init(size: Int, pixels: [UInt8], classes: [UInt8]) {
    precondition(pixels.count == classes.count * size * size)
    self.size = size
    self.pixels = pixels
    self.classes = classes
  }

  var count: Int { classes.count }

  func label(_ place: Int) -> Int { Int(classes[place]) }

  func labels(_ places: [Int]) -> [Int] { places.map { Int(classes[$0]) } }

  /// Images by their places, one in a row, from 0 to 1.
  func images(_ places: [Int]) -> Matrix<Float> {
    let pixelCount = size * size
    var elements: [Float] = []
    elements.reserveCapacity(places.count * pixelCount)
    for place in places {
      for pixel in pixels[place * pixelCount..<(place + 1) * pixelCount] {
        elements.append(Self.levels[Int(pixel)])
      }
    }
    return Matrix(rows: places.count, columns: pixelCount, elements: elements)
  }

  private static let levels = (0...255).map { Float($0) / 255 }
}
