internal import ByteStore
internal import ModelFormats

/// Lists the records of messages of one source.
///
/// The reader has checked the file before; what does not hold any more is an error all the same.
struct RecordReader: ~Copyable {
  private var window: ByteWindow

  init(_ source: ByteSource) throws { window = try ByteWindow(source) }

  /// The records of the message whose bytes are `content`, in order.
  mutating func records(in content: Range<Int>) throws -> [WireRecord] {
    var records: [WireRecord] = []
    var offset = content.lowerBound
    while offset < content.upperBound {
      let record = try window.record(at: offset, end: content.upperBound)
      records.append(record)
      offset = record.range.upperBound
    }
    return records
  }

  /// The number of a varint record.
  mutating func number(_ record: WireRecord) throws -> UInt64 {
    try window.varint(at: record.body.lowerBound, limit: record.body.upperBound)?.value ?? 0
  }

  /// The text of a string record; empty where it is not UTF-8.
  mutating func text(_ record: WireRecord) throws -> String {
    try window.string(record.body) ?? ""
  }
}
