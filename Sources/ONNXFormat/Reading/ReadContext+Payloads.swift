internal import ByteStore
internal import ModelFormats
internal import ModelIR

/// Bulk data by the indices that the skeleton holds.
extension ReadContext {
  /// More records than this are joined in memory instead of listed one by one.
  private static let mostPieces = 1024

  /// The runs of records behind `indices`.
  func runs(_ indices: [Int]) -> [PayloadRun] {
    indices.compactMap { payloads.indices.contains($0) ? payloads[$0] : nil }
  }

  /// Whether the runs hold any bytes.
  func isEmpty(_ indices: [Int]) -> Bool { runs(indices).allSatisfy { $0.body?.isEmpty ?? false } }

  /// Elements where they lie in the file; those in many tiny records are joined in memory.
  func elements(
    _ indices: [Int], _ encoding: StoredElements.Encoding, field: String
  ) throws -> StoredElements {
    let runs = runs(indices)
    var pieces: [Range<Int>] = []
    for run in runs {
      guard let bodies = try run.bodies(in: source, limit: Self.mostPieces - pieces.count) else {
        let bytes = try joined(runs, field: field)
        return StoredElements(
          source: ByteSource(bytes, path: source.path), pieces: [0..<bytes.count],
          encoding: encoding)
      }
      pieces += bodies.filter { !$0.isEmpty }
    }
    return StoredElements(source: source, pieces: pieces, encoding: encoding)
  }

  /// The bodies of all records of string fields, one for each string.
  func strings(_ indices: [Int], field: String) throws -> [Range<Int>] {
    let most = options.limits.joinedBytes / 16
    var result: [Range<Int>] = []
    for run in runs(indices) {
      guard let bodies = try run.bodies(in: source, limit: most - result.count) else {
        throw error(.limitExceeded(.records, found: most + 1, allowed: most), field)
      }
      result += bodies
    }
    return result
  }

  /// The bytes of all records, one after the other.
  func joined(_ runs: [PayloadRun], field: String) throws -> [UInt8] {
    let total = runs.reduce(0) { $0 + $1.range.count }
    let allowed = options.limits.joinedBytes
    guard total <= allowed else {
      throw error(.limitExceeded(.joinedBytes, found: total, allowed: allowed), field)
    }
    guard runs.count != 1 else { return try runs[0].joined(in: source) }
    return try runs.reduce(into: []) { $0 += try $1.joined(in: source) }
  }

  /// The numbers of a varint field.
  func integers(_ indices: [Int], field: String) throws -> [Int64] {
    var result: [Int64] = []
    try forEachBody(indices, field: field) { window, body in
      var offset = body.lowerBound
      while offset < body.upperBound {
        guard let (value, length) = try window.varint(at: offset, limit: body.upperBound) else {
          throw self.error(
            .malformed(field: field, detail: "a number does not end within its field"), field)
        }
        result.append(Int64(bitPattern: value))
        offset += length
      }
    }
    return result
  }

  /// The numbers of a float field.
  func floats(_ indices: [Int], field: String) throws -> [Float] {
    var result: [Float] = []
    try forEachBody(indices, field: field) { window, body in
      for offset in stride(from: body.lowerBound, to: body.upperBound, by: 4) {
        result.append(Float(bitPattern: try window.load(UInt32.self, at: offset)))
      }
    }
    return result
  }

  /// How many numbers a varint field holds.
  func countVarints(_ elements: StoredElements) throws -> Int {
    var count = 0
    for piece in elements.pieces {
      guard elements.source === source else {
        count += try elements.source.bytes(piece).count { $0 < 0x80 }
        continue
      }
      for offset in piece where try window.byte(at: offset) < 0x80 { count += 1 }
    }
    return count
  }

  private func forEachBody(
    _ indices: [Int], field: String, _ body: (inout ByteWindow, Range<Int>) throws -> Void
  ) throws {
    let runs = runs(indices)
    let total = runs.reduce(0) { $0 + $1.range.count }
    let allowed = options.limits.joinedBytes
    guard total <= allowed else {
      throw error(.limitExceeded(.joinedBytes, found: total, allowed: allowed), field)
    }
    for run in runs {
      if let only = run.body {
        try body(&window, only)
        continue
      }
      var offset = run.range.lowerBound
      while offset < run.range.upperBound {
        let record = try window.record(at: offset, end: run.range.upperBound)
        try body(&window, record.body)
        offset = record.range.upperBound
      }
    }
  }
}
