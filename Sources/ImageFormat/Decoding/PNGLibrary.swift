internal import CPNG

/// The functions of libpng that are used.
@unsafe struct PNGLibrary: Sendable {
  typealias Begin =
    @convention(c) (UnsafeMutablePointer<png_image>?, UnsafeRawPointer?, Int) -> Int32
  typealias Finish =
    @convention(c) (
      UnsafeMutablePointer<png_image>?, UnsafeRawPointer?, UnsafeMutableRawPointer?, Int32,
      UnsafeMutableRawPointer?
    ) -> Int32
  typealias Free = @convention(c) (UnsafeMutablePointer<png_image>?) -> Void

  let begin: Begin
  let finish: Finish
  let free: Free

  /// The library, loaded once; nil where the system has none.
  static let shared: PNGLibrary? = unsafe load()

  private static func load() -> PNGLibrary? {
    guard let library = LoadedLibrary(["libpng16.so.16", "libpng16.so", "libpng16.dylib"]),
      let begin = unsafe library.function("png_image_begin_read_from_memory", as: Begin.self),
      let finish = unsafe library.function("png_image_finish_read", as: Finish.self),
      let free = unsafe library.function("png_image_free", as: Free.self)
    else { return nil }
    return unsafe PNGLibrary(begin: begin, finish: finish, free: free)
  }
}
