public import ByteStore

/// Bulk data that the scanner left in the file: one record, or several of the same repeated field
/// that follow one another.
public struct PayloadRun: Sendable, Hashable {
  /// The bytes from the first record's tag to the last one's end.
  public var range: Range<Int>
  /// The body of the only record; nil where there are several.
  public var body: Range<Int>?

  /// Makes a run from its parts.
  public init(range: Range<Int>, body: Range<Int>?) {
    self.range = range
    self.body = body
  }

  /// The bodies of all records in order; nil when there are more than `limit`.
  public func bodies(in source: ByteSource, limit: Int) throws -> [Range<Int>]? {
    if let body { return [body] }
    var window = try ByteWindow(source, range: range)
    var result: [Range<Int>] = []
    var offset = range.lowerBound
    while offset < range.upperBound {
      let record = try window.record(at: offset, end: range.upperBound)
      guard result.count < limit else { return nil }
      result.append(record.body)
      offset = record.range.upperBound
    }
    return result
  }

  /// The bodies of all records, one after the other, in memory.
  public func joined(in source: ByteSource) throws -> [UInt8] {
    if let body { return try source.bytes(body) }
    var window = try ByteWindow(source, range: range)
    var result: [UInt8] = []
    var offset = range.lowerBound
    while offset < range.upperBound {
      let record = try window.record(at: offset, end: range.upperBound)
      for position in record.body { result.append(try window.byte(at: position)) }
      offset = record.range.upperBound
    }
    return result
  }
}
