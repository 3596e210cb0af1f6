public import ByteStore
internal import ModelFormats

/// Reads PNG and JPEG images, told apart by their content.
public enum ImageFile {
  /// Endings of files that may be images.
  public static let extensions = ["png", "jpg", "jpeg"]
  /// Pixels of one image: 8192 × 8192.
  ///
  /// A few kilobytes can announce any number.
  public static let mostPixels = 1 << 26
  /// Bytes of one file.
  static let mostBytes = 1 << 30

  /// Decodes an image to bytes of gray or of red, green and blue.
  ///
  /// Eight bits a channel; 16 are rounded; palettes are resolved; alpha is left out, not blended.
  /// Colour profiles and EXIF orientation do not matter.
  /// Errors: `FormatError` for files of other kinds, damaged or cut off ones, and images of more
  /// than `mostPixels`; `FileAccessError`.
  public static func read(_ source: ByteSource, gray: Bool = false) throws -> DecodedImage {
    func failure(_ problem: FormatError.Problem, at offset: Int?) -> FormatError {
      FormatError(
        problem,
        at: InputLocation(file: source.path, position: offset.map { .byte($0) } ?? .none))
    }
    guard source.count <= mostBytes else {
      throw failure(
        .limitExceeded(.fileBytes, found: source.count, allowed: mostBytes), at: nil)
    }
    let bytes = try source.bytes(0..<source.count)
    do throws(ImageProblem) {
      if bytes.starts(with: PNGChunks.signature) {
        try PNGChunks.check(bytes)
        return try PNGImage.decode(bytes, gray: gray)
      }
      if bytes.starts(with: [0xff, 0xd8]) {
        try JPEGMarkers.check(bytes)
        return try JPEGImage.decode(bytes, gray: gray)
      }
    } catch {
      throw failure(error.problem, at: error.offset)
    }
    throw failure(.unsupported("this is neither a PNG nor a JPEG image"), at: 0)
  }
}
