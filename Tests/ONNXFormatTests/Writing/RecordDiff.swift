import TestSupport

/// The differences of two protobuf files record by record, as lines; written for tests and
/// independent of the code under test.
///
/// Records are compared by all their bytes, tag and length included. A message whose record differs
/// is gone into where the schema names its fields.
enum RecordDiff {
  private struct Record: Equatable {
    var field: Int
    var bytes: ArraySlice<UInt8>
    var body: ArraySlice<UInt8>

    static func == (a: Record, b: Record) -> Bool { a.field == b.field && a.bytes == b.bytes }
  }

  private struct Message: Sendable {
    var fields: [Int: (name: String, message: String?)]
  }

  /// One line for each record that was changed, removed or added; ordinals count within a field,
  /// those of removed records in the old file, all others in the new one.
  static func lines(_ old: [UInt8], _ new: [UInt8]) -> [String] {
    compare(old[...], new[...], message: "model", path: "")
  }

  private static func compare(
    _ old: ArraySlice<UInt8>, _ new: ArraySlice<UInt8>, message: String, path: String
  ) -> [String] {
    guard let a = records(old), let b = records(new) else { return ["\(path) is no message"] }
    var lines: [String] = []
    let difference = b.difference(from: a)
    var removed: [Int] = []
    var added: [Int] = []
    for change in difference {
      switch change {
      case .remove(let offset, _, _): removed.append(offset)
      case .insert(let offset, _, _): added.append(offset)
      }
    }
    removed.sort()
    added.sort()
    // A removal and an insertion of one field after the same number of records that stay are a
    // change of that record.
    let keptBeforeRemoved = rank(removed)
    let keptBeforeAdded = rank(added)
    var paired: Set<Int> = []
    for (place, position) in removed.enumerated() {
      let candidates = added.indices.filter {
        !paired.contains($0) && b[added[$0]].field == a[position].field
          && keptBeforeAdded[$0] == keptBeforeRemoved[place]
      }
      let partner = candidates.max {
        likeness(a[position], b[added[$0]]) < likeness(a[position], b[added[$1]])
      }
      guard let partner else {
        lines.append("- " + name(a, position, message, path))
        continue
      }
      paired.insert(partner)
      let label = name(b, added[partner], message, path)
      if let inner = schema[message]?.fields[a[position].field]?.message {
        lines += compare(
          a[position].body, b[added[partner]].body, message: inner, path: label)
      } else {
        lines.append("~ " + label)
      }
    }
    for (place, position) in added.enumerated() where !paired.contains(place) {
      lines.append("+ " + name(b, position, message, path))
    }
    return lines
  }

  /// How many bytes two records share at their ends.
  private static func likeness(_ a: Record, _ b: Record) -> Int {
    zip(a.body, b.body).prefix { $0 == $1 }.count
      + zip(a.body.reversed(), b.body.reversed()).prefix { $0 == $1 }.count
  }

  /// For each position how many other records stand before it.
  private static func rank(_ positions: [Int]) -> [Int] {
    positions.enumerated().map { $1 - $0 }
  }

  private static func name(
    _ records: [Record], _ position: Int, _ message: String, _ path: String
  ) -> String {
    let field = records[position].field
    let ordinal = records[..<position].filter { $0.field == field }.count
    let label = schema[message]?.fields[field]?.name ?? "\(field)"
    return (path.isEmpty ? "" : path + ".") + "\(label)[\(ordinal)]"
  }

  private static func records(_ bytes: ArraySlice<UInt8>) -> [Record]? {
    var result: [Record] = []
    var at = bytes.startIndex
    while at < bytes.endIndex {
      let start = at
      guard let tag = varint(bytes, &at), let body = body(tag, bytes, &at) else { return nil }
      result.append(Record(field: Int(tag >> 3), bytes: bytes[start..<at], body: body))
    }
    return result
  }

  private static func body(
    _ tag: UInt64, _ bytes: ArraySlice<UInt8>, _ at: inout Int
  ) -> ArraySlice<UInt8>? {
    var start = at
    switch tag & 7 {
    case 0: guard varint(bytes, &at) != nil else { return nil }
    case 1: at += 8
    case 5: at += 4
    case 2:
      guard let length = varint(bytes, &at) else { return nil }
      start = at
      at += Int(length)
    case 3:
      while true {
        guard let inner = varint(bytes, &at) else { return nil }
        if inner & 7 == 4 { break }
        guard body(inner, bytes, &at) != nil else { return nil }
      }
    default: return nil
    }
    return at <= bytes.endIndex ? bytes[start..<at] : nil
  }

  private static func varint(_ bytes: ArraySlice<UInt8>, _ at: inout Int) -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while at < bytes.endIndex, shift < 70 {
      let byte = bytes[at]
      at += 1
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }

  private static let schema: [String: Message] = [
    "model": Message(fields: [
      7: ("graph", "graph"), 14: ("metadata", nil), 20: ("training", "training"),
      25: ("function", "function"),
    ]),
    "training": Message(fields: [1: ("initialization", "graph"), 2: ("algorithm", "graph")]),
    "graph": Message(fields: [
      1: ("node", "node"), 5: ("initializer", "tensor"), 11: ("input", nil),
      12: ("output", nil), 13: ("value_info", nil), 14: ("annotation", nil),
      15: ("sparse", "sparse"),
    ]),
    "function": Message(fields: [7: ("node", "node"), 12: ("value_info", nil)]),
    "node": Message(fields: [
      1: ("input", nil), 2: ("output", nil), 3: ("name", nil), 4: ("op_type", nil),
      5: ("attribute", "attribute"), 7: ("domain", nil), 10: ("device", "device"),
    ]),
    "device": Message(fields: [2: ("sharding", nil)]),
    "attribute": Message(fields: [
      2: ("f", nil), 3: ("i", nil), 4: ("s", nil), 5: ("t", "tensor"), 6: ("g", "graph"),
      7: ("floats", nil), 8: ("ints", nil), 20: ("type", nil), 22: ("sparse", "sparse"),
    ]),
    "sparse": Message(fields: [1: ("values", "tensor"), 2: ("indices", "tensor")]),
    "tensor": Message(fields: [
      4: ("float_data", nil), 9: ("raw_data", nil), 13: ("external", "entry"),
      14: ("data_location", nil),
    ]),
    "entry": Message(fields: [1: ("key", nil), 2: ("value", nil)]),
  ]
}
