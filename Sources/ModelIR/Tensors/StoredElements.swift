public import ByteStore

/// Where a tensor's elements lie in a source, and how they are written there.
public struct StoredElements: Sendable {
  /// How elements are written.
  public enum Encoding: Sendable, Hashable {
    /// Little-endian elements one after the other; sub-byte types packed, low bits first.
    case littleEndian
    /// One protobuf varint for each element (bit patterns of halves, zero-extended), as
    /// int32_data, int64_data and uint64_data hold them.
    case varints
    /// Length-delimited byte strings, as string_data holds them; kept, not interpreted.
    case strings
  }

  /// The file or memory.
  public var source: ByteSource
  /// Byte ranges in order; more than one where a file splits a payload into chunks.
  public var pieces: [Range<Int>]
  /// How elements are written in the pieces.
  public var encoding: Encoding

  /// Elements in one or more ranges of `source`.
  public init(source: ByteSource, pieces: [Range<Int>], encoding: Encoding = .littleEndian) {
    self.source = source
    self.pieces = pieces
    self.encoding = encoding
  }

  /// Bytes of all pieces.
  public var byteCount: Int { pieces.reduce(0) { $0 + $1.count } }
}
