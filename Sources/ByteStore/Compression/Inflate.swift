internal import CZlib

/// Unpacks deflate streams: raw ones of known length, and gzip files.
@safe public final class Inflate {
  /// Why a stream cannot be unpacked.
  public enum Failure: Error, Equatable {
    /// The packed data is damaged; says how.
    case malformed(String)
    /// More bytes than are allowed.
    case tooLong
    /// zlib had no memory for its state.
    case noMemory
  }

  /// zlib keeps a pointer to its stream, which therefore must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  private var output: [UInt8]
  private var produced = 0
  private var hasEnded = false
  /// How far the output may grow; nil where it has its length already.
  private let limit: Int?

  /// The most a deflate stream can hold: 1032 bytes for one, and a little.
  public static func largestOutput(of count: Int) -> Int {
    let (product, overflow) = count.multipliedReportingOverflow(by: 1032)
    return overflow ? Int.max : product
  }

  /// Unpacks `range` of a source, which must give exactly `count` bytes and end there.
  public static func bytes(
    of source: ByteSource, _ range: Range<Int>, count: Int
  ) throws -> [UInt8] {
    let inflate = try Inflate(count: count)
    try source.forEachPiece(range) { piece, _ in try inflate.take(piece) }
    guard inflate.hasEnded else { throw Failure.malformed("the packed data ends too early") }
    guard inflate.produced == count else {
      throw Failure.malformed("\(inflate.produced) bytes unpacked, \(count) are announced")
    }
    return inflate.output
  }

  /// Unpacks a gzip file (RFC 1952) of one member, which must end where the file does.
  ///
  /// Errors: `Failure`; more than `limit` bytes are one.
  public static func gzip(_ source: ByteSource, limit: Int) throws -> [UInt8] {
    let inflate = try Inflate(count: min(limit, 1 << 16), limit: limit)
    try source.forEachPiece(0..<source.count) { piece, _ in try inflate.take(piece) }
    // What found no room before the last byte was taken.
    while !inflate.hasEnded, inflate.produced == inflate.output.count {
      _ = try unsafe inflate.step(UnsafeRawBufferPointer(start: nil, count: 0))
    }
    guard inflate.hasEnded else { throw Failure.malformed("the packed data ends too early") }
    inflate.output.removeLast(inflate.output.count - inflate.produced)
    return inflate.output
  }

  /// A raw stream of `count` bytes or, with a limit, a gzip file of unknown length.
  private init(count: Int, limit: Int? = nil) throws {
    output = [UInt8](repeating: 0, count: count)
    self.limit = limit
    unsafe stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    // −15: a raw stream with the largest window, as zip archives hold it; 31: a gzip file.
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    guard unsafe inflateInit2_(stream, limit == nil ? -15 : 31, ZLIB_VERSION, size) == Z_OK else {
      throw Failure.noMemory
    }
  }

  deinit {
    _ = unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  private func take(_ piece: RawSpan) throws {
    try unsafe piece.withUnsafeBytes { buffer in
      var taken = 0
      // A stream that ends before its data leaves the rest here.
      while taken < buffer.count {
        guard !hasEnded else { throw Failure.malformed("bytes after the end of the packed data") }
        let part = unsafe UnsafeRawBufferPointer(rebasing: buffer[taken...].prefix(1 << 30))
        taken += try unsafe step(part)
      }
    }
  }

  /// Unpacks until the input is used up, the output is full or the stream ends; returns the bytes
  /// of input that were taken.
  private func step(_ input: UnsafeRawBufferPointer) throws -> Int {
    if let limit, produced == output.count, produced < limit {
      let more = min(limit - produced, max(1 << 16, produced))
      output.append(contentsOf: repeatElement(0, count: more))
    }
    var spare: UInt8 = 0
    let room = min(output.count - produced, 1 << 30)
    let start = unsafe UnsafeMutablePointer(
      mutating: input.bindMemory(to: UInt8.self).baseAddress)
    let status = unsafe output.withUnsafeMutableBufferPointer { buffer in
      unsafe withUnsafeMutablePointer(to: &spare) { spare in
        unsafe stream.pointee.next_in = start
        unsafe stream.pointee.avail_in = UInt32(input.count)
        // A full output leaves one byte, so that data beyond it shows and the end can be read.
        let base = unsafe buffer.baseAddress.map { unsafe $0 + produced }
        unsafe stream.pointee.next_out = room > 0 ? base : spare
        unsafe stream.pointee.avail_out = UInt32(max(room, 1))
        return unsafe inflate(stream, Z_NO_FLUSH)
      }
    }
    let written = unsafe max(room, 1) - Int(stream.pointee.avail_out)
    let taken = unsafe input.count - Int(stream.pointee.avail_in)
    unsafe stream.pointee.next_in = nil
    unsafe stream.pointee.next_out = nil
    guard room > 0 || written == 0 else {
      guard limit == nil else { throw Failure.tooLong }
      throw Failure.malformed("more than the \(output.count) bytes that are announced")
    }
    if room > 0 { produced += written }
    switch status {
    case Z_STREAM_END: hasEnded = true
    case Z_OK: break
    // No progress possible is no error while input is still to come.
    case Z_BUF_ERROR where taken > 0: break
    case Z_MEM_ERROR: throw Failure.noMemory
    default: throw Failure.malformed("the packed data is damaged")
    }
    return taken
  }
}
