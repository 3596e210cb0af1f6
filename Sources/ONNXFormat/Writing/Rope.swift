internal import ByteStore
internal import ModelFormats
internal import ModelIR

/// The bytes of an output, put together from parts of sources, new bytes and tensors that are
/// computed while they are written.
///
/// Lengths are known before anything is written, so that messages can be framed from the inside
/// out and payloads stream. Neighbouring parts of one source join: what nothing changed in is one
/// part, however many records it was put together from.
struct Rope {
  /// One stretch of bytes.
  enum Segment {
    case source(ByteSource, Range<Int>)
    case bytes([UInt8])
    /// The elements in their plain form, `count` bytes.
    case elements(Tensor, owner: UnwritableTensor.Owner, count: Int)
  }

  private(set) var segments: [Segment] = []
  /// Bytes of all segments; Int.max where it would not fit.
  private(set) var count = 0

  init() {}

  init(_ source: ByteSource, _ range: Range<Int>) { append(source, range) }

  init(_ bytes: [UInt8]) { append(bytes) }

  var isEmpty: Bool { segments.isEmpty }

  mutating func append(_ source: ByteSource, _ range: Range<Int>) {
    guard !range.isEmpty else { return }
    grow(range.count)
    if case .source(let last, let before)? = segments.last, last === source,
      before.upperBound == range.lowerBound
    {
      segments[segments.count - 1] = .source(source, before.lowerBound..<range.upperBound)
    } else {
      segments.append(.source(source, range))
    }
  }

  mutating func append(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else { return }
    grow(bytes.count)
    guard case .bytes(var last)? = segments.last else { return segments.append(.bytes(bytes)) }
    // Taken out first, so that appending does not copy it.
    segments.removeLast()
    last.append(contentsOf: bytes)
    segments.append(.bytes(last))
  }

  mutating func append(_ tensor: Tensor, owner: UnwritableTensor.Owner, count: Int) {
    guard count > 0 else { return }
    grow(count)
    segments.append(.elements(tensor, owner: owner, count: count))
  }

  mutating func append(_ other: Rope) {
    for segment in other.segments {
      switch segment {
      case .source(let source, let range): append(source, range)
      case .bytes(let bytes): append(bytes)
      case .elements(let tensor, let owner, let count):
        append(tensor, owner: owner, count: count)
      }
    }
  }

  /// A length-delimited record with these bytes as its content.
  func framed(field: Int) -> Rope {
    var record = Rope(WireEncoding.frame(field: field, length: count))
    record.append(self)
    return record
  }

  /// Whether these are the bytes of one part of a source and nothing else.
  func isExactly(_ source: ByteSource, _ range: Range<Int>) -> Bool {
    if segments.isEmpty { return range.isEmpty }
    guard segments.count == 1, case .source(let own, let part) = segments[0] else { return false }
    return own === source && part == range
  }

  private mutating func grow(_ added: Int) {
    count = CheckedArithmetic.sum(count, added) ?? Int.max
  }
}
