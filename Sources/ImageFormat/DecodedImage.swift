/// An image as rows of bytes.
public struct DecodedImage: Sendable, Hashable {
  /// Pixels in a row.
  public var width: Int
  /// Rows.
  public var height: Int
  /// Bytes of a pixel: 1 for gray, 3 for red, green, blue.
  public var channels: Int
  /// Row by row from the top, pixel by pixel from the left, channels together.
  public var bytes: [UInt8]

  /// Makes an image; nil where the number of bytes is another.
  public init?(width: Int, height: Int, channels: Int, bytes: [UInt8]) {
    guard width > 0, height > 0, channels > 0, bytes.count == width * height * channels else {
      return nil
    }
    self.width = width
    self.height = height
    self.channels = channels
    self.bytes = bytes
  }
}
