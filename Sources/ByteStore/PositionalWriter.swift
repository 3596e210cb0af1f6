#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Writes at given places of a file, from any number of threads.
struct PositionalWriter: Sendable {
  let descriptor: Int32
  let path: String
  let calls: SystemCalls
  /// Where the stretch begins that it may write.
  let start: Int

  /// Writes all bytes; short writes and interruptions are waited out.
  func write(_ bytes: RawSpan, at offset: Int) throws(FileAccessError) {
    var failure: FileAccessError?
    unsafe bytes.withUnsafeBytes { buffer in
      do throws(FileAccessError) { try unsafe write(buffer, at: offset) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileAccessError) {
    var done = 0
    while done < bytes.count {
      let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
      let written = unsafe calls.writeAt(descriptor, rest, offset + done)
      if written > 0 {
        done += written
      } else if written == 0 || errno != EINTR {
        // A write of nothing for no reason would loop for ever.
        throw FileAccessError(
          operation: "write", path: path, problem: .system(errno: written == 0 ? EIO : errno))
      }
    }
  }
}
