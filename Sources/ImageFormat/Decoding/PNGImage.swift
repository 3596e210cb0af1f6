internal import CPNG
internal import ModelFormats

/// Decodes PNG by libpng's simplified API.
@safe final class PNGImage {
  /// libpng keeps the address of its image, which therefore must not move.
  private let image: UnsafeMutablePointer<png_image>
  private let library: PNGLibrary

  private init?() {
    guard let library = unsafe PNGLibrary.shared else { return nil }
    unsafe self.library = library
    unsafe image = UnsafeMutablePointer<png_image>.allocate(capacity: 1)
    unsafe image.initialize(to: png_image())
    unsafe image.pointee.version = png_uint_32(PNG_IMAGE_VERSION)
  }

  deinit {
    unsafe library.free(image)
    unsafe image.deallocate()
  }

  /// Decodes a file whose chunks have been looked at.
  ///
  /// Gray is (299·red + 587·green + 114·blue) / 1000, rounded, as JPEG has its luminance.
  static func decode(_ bytes: [UInt8], gray: Bool) throws(ImageProblem) -> DecodedImage {
    guard let reader = PNGImage() else {
      throw ImageProblem(.unsupported("PNG images without libpng; install libpng16"))
    }
    guard let (width, height, pixels) = reader.pixels(of: bytes) else {
      throw ImageProblem(
        .malformed(field: "PNG image", detail: reader.message + ", says libpng"), at: 8)
    }
    var kept: [UInt8] = []
    kept.reserveCapacity(width * height * (gray ? 1 : 3))
    for start in stride(from: 0, to: pixels.count, by: 4) {
      if gray {
        let sum =
          299 * Int(pixels[start]) + 587 * Int(pixels[start + 1]) + 114 * Int(pixels[start + 2])
        kept.append(UInt8((sum + 500) / 1000))
      } else {
        kept += pixels[start..<(start + 3)]
      }
    }
    guard
      let result = DecodedImage(
        width: width, height: height, channels: gray ? 1 : 3, bytes: kept)
    else { throw ImageProblem(.malformed(field: "PNG image", detail: "no pixels"), at: 8) }
    return result
  }

  /// Red, green, blue and alpha of each pixel; nil after an error, of which `message` tells.
  private func pixels(of bytes: [UInt8]) -> (width: Int, height: Int, pixels: [UInt8])? {
    // libpng reads from the file's bytes in both calls.
    unsafe bytes.withUnsafeBytes { file in
      guard unsafe library.begin(image, file.baseAddress, file.count) != 0
      else { return nil }
      // PNG_FORMAT_RGBA: without alpha libpng would blend with a background.
      unsafe image.pointee.format = 3
      // PNG_IMAGE_FLAG_16BIT_sRGB: 16 bits without a gamma are taken as 8 are.
      unsafe image.pointee.flags |= 4
      let (width, height) = unsafe (Int(image.pointee.width), Int(image.pointee.height))
      guard width * height <= ImageFile.mostPixels else { return nil }
      var pixels = [UInt8](repeating: 0, count: width * height * 4)
      let isDone = unsafe pixels.withUnsafeMutableBytes { buffer in
        unsafe library.finish(image, nil, buffer.baseAddress, 0, nil) != 0
      }
      return isDone ? (width, height, pixels) : nil
    }
  }

  private var message: String {
    unsafe withUnsafeBytes(of: image.pointee.message) { text in
      unsafe String(decoding: text.prefix { $0 != 0 }, as: UTF8.self).printable()
    }
  }
}
