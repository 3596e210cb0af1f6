internal import CTurboJPEG
internal import ModelFormats

/// Decodes JPEG by libturbojpeg.
///
/// The inverse DCT is the accurate integer one (ITU-T T.81 allows several), chroma is interpolated;
/// the same bytes on every processor.
enum JPEGImage {
  /// Decodes a file whose markers have been looked at.
  static func decode(_ bytes: [UInt8], gray: Bool) throws(ImageProblem) -> DecodedImage {
    guard let library = unsafe JPEGLibrary.shared else {
      throw ImageProblem(.unsupported("JPEG images without libturbojpeg; install libturbojpeg"))
    }
    guard let decoder = unsafe library.make() else {
      throw ImageProblem(.unsupported("decoding JPEG: there is no memory for it"))
    }
    defer { _ = unsafe library.destroy(decoder) }
    var (width, height, sampling, space): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
    let size = UInt(bytes.count)
    let isRead = unsafe bytes.withUnsafeBufferPointer { file in
      unsafe library.header(
        decoder, file.baseAddress, size, &width, &height, &sampling, &space) == 0
    }
    guard isRead else {
      throw unsafe ImageProblem(
        .malformed(field: "JPEG image", detail: message(library, decoder)), at: 2)
    }
    try ImageProblem.check(width: Int(width), height: Int(height), at: 2)
    guard space != Int32(TJCS_CMYK.rawValue), space != Int32(TJCS_YCCK.rawValue) else {
      throw ImageProblem(
        .unsupported("JPEG images of four inks (CMYK); convert it to RGB"), at: 2)
    }
    let channels = gray ? 1 : 3
    var pixels = [UInt8](repeating: 0, count: Int(width) * Int(height) * channels)
    let format = gray ? TJPF_GRAY.rawValue : TJPF_RGB.rawValue
    // Anything odd is an error, so that a file that is cut off never becomes gray; so many
    // progressive scans that they take for ever are one, too.
    let flags = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS
    let isDone = unsafe bytes.withUnsafeBufferPointer { file in
      unsafe pixels.withUnsafeMutableBufferPointer { buffer in
        unsafe library.decompress(
          decoder, file.baseAddress, size, buffer.baseAddress, width, 0, height, Int32(format),
          Int32(flags)) == 0
      }
    }
    guard isDone else {
      throw unsafe ImageProblem(
        .malformed(field: "JPEG image", detail: message(library, decoder)), at: 2)
    }
    guard
      let result = DecodedImage(
        width: Int(width), height: Int(height), channels: channels, bytes: pixels)
    else { throw ImageProblem(.malformed(field: "JPEG image", detail: "no pixels"), at: 2) }
    return result
  }

  private static func message(_ library: JPEGLibrary, _ decoder: UnsafeMutableRawPointer) -> String
  {
    let text = unsafe library.message(decoder).map { unsafe String(cString: $0) } ?? ""
    return text.printable() + ", says libjpeg-turbo"
  }
}
