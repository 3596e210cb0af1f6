internal import ByteStore
internal import ModelFormats

/// A message as a list of records with changes to be made: replace, drop, insert.
///
/// What no change names is copied as it stands: unknown fields, groups, records in an unusual
/// order, lengths in an unusual form. A new record comes after the last record of its field, or
/// where the message has none before the first record of a higher number.
struct MessageEdit {
  let source: ByteSource
  let records: [WireRecord]
  private let content: Range<Int>
  /// What stands in a record's place; an empty rope drops it.
  private var replaced: [Int: Rope] = [:]
  /// What is put before a record (or at the end), with its field to keep fields in order.
  private var inserted: [Int: [(field: Int, rope: Rope)]] = [:]

  init(_ source: ByteSource, content: Range<Int>, records: [WireRecord]) {
    self.source = source
    self.content = content
    self.records = records
  }

  /// An empty message.
  init() {
    source = ByteSource([])
    content = 0..<0
    records = []
  }

  /// A message that was packed in memory.
  init(packed bytes: [UInt8]) throws {
    let source = ByteSource(bytes, path: "<packed>")
    var reader = try RecordReader(source)
    self.init(
      source, content: 0..<bytes.count, records: try reader.records(in: 0..<bytes.count))
  }

  /// The positions of a field's records, in order.
  func positions(of field: Int) -> [Int] {
    records.indices.filter { records[$0].number == field }
  }

  /// The record that holds for a field that is not repeated: the last one.
  func last(_ field: Int) -> WireRecord? { records.last { $0.number == field } }

  mutating func drop(_ position: Int) { replaced[position] = Rope() }

  /// Drops every record of a field.
  mutating func drop(field: Int) {
    for position in positions(of: field) { drop(position) }
  }

  /// Puts whole records in a record's place.
  mutating func replace(_ position: Int, withRecords rope: Rope) { replaced[position] = rope }

  /// Gives a length-delimited record another content; the same content leaves it as it stands.
  mutating func replace(_ position: Int, content: Rope) {
    guard !content.isExactly(source, records[position].body) else { return }
    replaced[position] = content.framed(field: records[position].number)
  }

  /// Inserts whole records before a record.
  mutating func insert(_ rope: Rope, field: Int, before position: Int) {
    inserted[position, default: []].append((field, rope))
  }

  /// Appends whole records of a field where that field's records end.
  mutating func add(field: Int, records rope: Rope) {
    insert(rope, field: field, before: end(of: field))
  }

  /// Appends one length-delimited record of a field.
  mutating func add(field: Int, content: Rope) {
    add(field: field, records: content.framed(field: field))
  }

  /// Where a new record of a field goes.
  func end(of field: Int) -> Int {
    if let last = records.lastIndex(where: { $0.number == field }) { return last + 1 }
    return records.firstIndex { $0.number > field } ?? records.count
  }

  /// Makes a repeated field's records these; nil keeps the record at that place of the list.
  mutating func setList(_ field: Int, _ list: [Rope?]) {
    let old = positions(of: field)
    for (position, rope) in zip(old, list) {
      if let rope { replace(position, withRecords: rope) }
    }
    for position in old.dropFirst(list.count) { drop(position) }
    for rope in list.dropFirst(old.count) {
      if let rope { add(field: field, records: rope) }
    }
  }

  /// The bytes of the message with all changes made.
  var rope: Rope {
    if replaced.isEmpty && inserted.isEmpty { return Rope(source, content) }
    var result = Rope()
    var copied = content.lowerBound
    for position in Set(replaced.keys).union(inserted.keys).sorted() {
      let isRecord = position < records.count
      let start = isRecord ? records[position].range.lowerBound : content.upperBound
      result.append(source, copied..<start)
      copied = start
      if let additions = inserted[position] {
        // Stable by hand: records of one field keep the order in which they were added.
        let order = additions.indices.sorted {
          (additions[$0].field, $0) < (additions[$1].field, $1)
        }
        for index in order { result.append(additions[index].rope) }
      }
      if isRecord, let rope = replaced[position] {
        result.append(rope)
        copied = records[position].range.upperBound
      }
    }
    result.append(source, copied..<content.upperBound)
    return result
  }
}
