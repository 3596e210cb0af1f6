internal import CZlib

/// Packs bytes as a raw deflate stream, piece by piece.
@safe public final class Deflater {
  /// zlib keeps a pointer to its stream, which therefore must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  private var output = [UInt8](repeating: 0, count: 64 << 10)

  /// zlib had no memory for its state.
  public struct NoMemory: Error {}

  /// An empty stream.
  public init() throws {
    unsafe stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    let status = unsafe deflateInit2_(
      stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
    guard status == Z_OK else { throw NoMemory() }
  }

  deinit {
    _ = unsafe deflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// Takes bytes; `write` gets what is packed so far.
  public func add(_ bytes: RawSpan, _ write: ([UInt8]) throws -> Void) throws {
    try unsafe bytes.withUnsafeBytes { buffer in
      var offset = 0
      while offset < buffer.count {
        let part = unsafe UnsafeRawBufferPointer(rebasing: buffer[offset...].prefix(1 << 30))
        offset += part.count
        try unsafe run(part, Z_NO_FLUSH, write)
      }
    }
  }

  /// Takes bytes; `write` gets what is packed so far.
  public func add(_ bytes: [UInt8], _ write: ([UInt8]) throws -> Void) throws {
    try unsafe add(bytes.span.bytes, write)
  }

  /// Ends the stream.
  public func finish(_ write: ([UInt8]) throws -> Void) throws {
    try unsafe run(UnsafeRawBufferPointer(start: nil, count: 0), Z_FINISH, write)
  }

  private func run(
    _ input: UnsafeRawBufferPointer, _ flush: Int32, _ write: ([UInt8]) throws -> Void
  ) throws {
    unsafe stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.bindMemory(to: UInt8.self).baseAddress)
    unsafe stream.pointee.avail_in = UInt32(input.count)
    let size = output.count
    var left = 0
    // A full output means that there may be more.
    repeat {
      unsafe output.withUnsafeMutableBufferPointer { buffer in
        unsafe stream.pointee.next_out = buffer.baseAddress
        unsafe stream.pointee.avail_out = UInt32(size)
        _ = unsafe deflate(stream, flush)
        left = unsafe Int(stream.pointee.avail_out)
        unsafe stream.pointee.next_out = nil
      }
      if left < size { try write(Array(output[..<(size - left)])) }
    } while left == 0
    unsafe stream.pointee.next_in = nil
  }
}
