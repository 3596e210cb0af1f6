internal import CTurboJPEG

/// The functions of libturbojpeg that are used.
@unsafe struct JPEGLibrary: Sendable {
  typealias Make = @convention(c) () -> UnsafeMutableRawPointer?
  typealias Header =
    @convention(c) (
      UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, UInt, UnsafeMutablePointer<Int32>?,
      UnsafeMutablePointer<Int32>?, UnsafeMutablePointer<Int32>?, UnsafeMutablePointer<Int32>?
    ) -> Int32
  typealias Decompress =
    @convention(c) (
      UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, UInt, UnsafeMutablePointer<UInt8>?, Int32,
      Int32, Int32, Int32, Int32
    ) -> Int32
  typealias Message = @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutablePointer<CChar>?
  typealias Destroy = @convention(c) (UnsafeMutableRawPointer?) -> Int32

  let make: Make
  let header: Header
  let decompress: Decompress
  let message: Message
  let destroy: Destroy

  /// The library, loaded once; nil where the system has none.
  static let shared: JPEGLibrary? = unsafe load()

  private static func load() -> JPEGLibrary? {
    let names = ["libturbojpeg.so.0", "libturbojpeg.so", "libturbojpeg.dylib"]
    guard let library = LoadedLibrary(names),
      let make = unsafe library.function("tjInitDecompress", as: Make.self),
      let header = unsafe library.function("tjDecompressHeader3", as: Header.self),
      let decompress = unsafe library.function("tjDecompress2", as: Decompress.self),
      let message = unsafe library.function("tjGetErrorStr2", as: Message.self),
      let destroy = unsafe library.function("tjDestroy", as: Destroy.self)
    else { return nil }
    return unsafe JPEGLibrary(
      make: make, header: header, decompress: decompress, message: message, destroy: destroy)
  }
}
