/// How much of everything a file may hold before it is refused.
///
/// The defaults leave room for the largest models in use and keep a small hostile file from
/// taking more than a small multiple of its size in memory.
public struct ReadLimits: Sendable, Hashable {
  /// What is counted; raw values complete the phrase "too many …".
  public enum Limit: String, Sendable, Hashable {
    /// Messages inside messages.
    case depth = "levels of nested messages"
    /// Fields of all messages together.
    case records = "fields in the file"
    /// Bytes of structure (all but tensor data).
    case structureBytes = "bytes of structure"
    /// Bytes that the structure takes unpacked.
    case memory = "bytes of memory for the structure"
    /// Nodes of all graphs.
    case nodes = "nodes"
    /// Dimensions of a tensor.
    case rank = "dimensions"
    /// Bytes of tensor data that have to be joined in memory.
    case joinedBytes = "bytes of tensor data in small chunks"
    /// Bytes of compressed data after it is unpacked.
    case expandedBytes = "bytes in the archive once unpacked"
    /// Bytes of a whole file or message.
    case fileBytes = "bytes in one message"
    /// Pixels of an image.
    case pixels = "pixels in one image"
  }

  /// Messages inside messages: 100, as Google's parsers have it.
  public var depth = 100
  /// Fields of all messages together.
  public var records = 100_000_000
  /// Bytes of structure.
  public var structureBytes = 512 << 20
  /// Memory for the unpacked structure, whatever its size; see `memoryBudget(structureBytes:)`.
  public var baseMemory = 64 << 20
  /// Memory for the unpacked structure in addition, per byte of structure.
  public var memoryPerStructureByte = 20
  /// Nodes of all graphs.
  public var nodes = 5_000_000
  /// Dimensions of a tensor.
  public var rank = 64
  /// Bytes of tensor data joined in memory.
  public var joinedBytes = 256 << 20
  /// Bytes of compressed data after it is unpacked.
  public var expandedBytes = 4 << 30

  /// The default limits.
  public init() {}

  /// Bytes that a structure of `structureBytes` may take when it is unpacked.
  public func memoryBudget(structureBytes: Int) -> Int {
    let (scaled, overflow) = structureBytes.multipliedReportingOverflow(by: memoryPerStructureByte)
    return overflow ? Int.max : scaled.addingReportingOverflow(baseMemory).partialValue
  }
}
