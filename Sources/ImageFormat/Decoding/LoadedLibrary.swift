#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A library of the system that is loaded when it is first needed: linked, two for images would cost
/// every command an eighth of its start, most of them for nothing.
@safe struct LoadedLibrary {
  private let handle: UnsafeMutableRawPointer

  /// Loads the first that is there, for as long as the process lives; nil where none is.
  init?(_ names: [String]) {
    guard let found = unsafe names.lazy.compactMap({ unsafe dlopen($0, RTLD_NOW) }).first else {
      return nil
    }
    unsafe handle = found
  }

  /// A function by its name; the caller says what it takes and gives.
  @unsafe func function<Function>(_ name: String, as type: Function.Type) -> Function? {
    unsafe dlsym(handle, name).map { unsafe unsafeBitCast($0, to: type) }
  }
}
