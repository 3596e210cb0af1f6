#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

extension StandardStreams {
  /// The stream on which a program talks.
  public enum Stream: Int32, Sendable {
    /// Data.
    case output = 1
    /// Everything else.
    case errors = 2
  }

  /// Whether a person sees the stream in a terminal.
  public static func isTerminal(_ stream: Stream) -> Bool { isatty(stream.rawValue) == 1 }

  /// Columns of the terminal that a stream goes to; nil where it goes elsewhere, or says nothing.
  public static func columns(_ stream: Stream) -> Int? {
    var size = winsize()
    guard unsafe ioctl(stream.rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return nil
    }
    return Int(size.ws_col)
  }

  /// Writes text to stderr; nobody could be told if that fails.
  public static func writeError(_ text: String) {
    var writer = DescriptorWriter(STDERR_FILENO, path: "<stderr>")
    do {
      try writer.copy(from: ByteSource(Array(text.utf8)), 0..<text.utf8.count)
      try writer.flush()
    } catch {}
  }

  /// Writes text to stdout.
  ///
  /// Errors: those of `writeOutput(_:)`.
  public static func writeOutput(_ text: String) throws(FileAccessError) {
    try writeOutput(ByteSource(Array(text.utf8)))
  }
}
