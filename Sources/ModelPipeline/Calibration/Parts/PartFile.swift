internal import ByteStore
internal import ModelCalibration
internal import ModelFormats
internal import ModelIR
internal import ModelStatistics
internal import SafetensorsFormat

/// A part that was written before: the moments of some blocks, read one at a time.
struct PartFile {
  static let blocksKey = "blocks"
  /// More numbers of a channel than a block can have; sums of as many blocks as there can be fit.
  private static let mostNumbers = 1 << 40
  private static let mostBlocks = 1 << 22

  let path: String
  let identity: PartIdentity
  /// Which blocks it has, rising.
  let blocks: [Int]
  private let file: SafetensorsFile
  private let rows: [Int: Int]
  private let entries: [String: SafetensorsEntry]

  /// Opens a part and checks that it has the tensors it should.
  ///
  /// Errors: `FormatError`, `FileAccessError`.
  init(_ path: String) throws {
    self.path = path
    file = try SafetensorsFile(try ByteSource(file: path))
    let metadata = file.shards.first?.metadata ?? []
    identity = try PartIdentity(metadata, file: path)
    entries = Dictionary(
      file.entries.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let list = metadata.first { $0.key == Self.blocksKey }?.value ?? ""
    let count = entries["0.count"]?.shape.elementCount ?? 0
    guard count <= Self.mostBlocks,
      let blocks = BlockList.blocks(list, below: identity.plan.blocks, count: count)
    else {
      throw FormatError(
        .malformed(field: Self.blocksKey, detail: "no list of the \(count) blocks that are there"),
        at: InputLocation(file: path, path: [InputLocation.PathElement("__metadata__")]))
    }
    self.blocks = blocks
    rows = Dictionary(
      blocks.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    for site in identity.nodes.indices { try check(site) }
  }

  /// What the sites read in a block; nil where the part does not have it.
  ///
  /// Errors: `FormatError` for numbers that no data has.
  func moments(ofBlock block: Int, channels: [Int]) throws -> [NormalizationMoments]? {
    guard let row = rows[block] else { return nil }
    return try channels.indices.map { try moments(site: $0, row: row, channels: channels[$0]) }
  }

  /// Throws when the file changed since it was opened.
  func checkUnchanged() throws { try file.source.checkUnchanged() }

  private func malformed(_ name: String, _ detail: String) -> FormatError {
    let location = entries[name]?.location ?? InputLocation(file: path)
    return FormatError(.malformed(field: "tensor \"\(name)\"", detail: detail), at: location)
  }

  private func check(_ site: Int) throws {
    for (suffix, type, rank) in [
      ("mean", SafetensorsType.float64, 2), ("squares", .float64, 2), ("within", .float64, 2),
      ("count", .int64, 1), ("batches", .int64, 1),
    ] {
      let name = "\(site).\(suffix)"
      guard let entry = entries[name] else {
        throw FormatError(.missing(field: "tensor \"\(name)\""), at: InputLocation(file: path))
      }
      guard entry.type == type, entry.shape.rank == rank,
        entry.shape.dimensions[0] == blocks.count,
        entry.shape.dimensions.last == entries["\(site).mean"]?.shape.dimensions.last || rank == 1
      else {
        throw malformed(name, "\(entry.type.rawValue)\(entry.shape) for \(blocks.count) blocks")
      }
    }
  }

  private func tensor(_ site: Int, _ suffix: String, row: Int) throws -> Tensor {
    let name = "\(site).\(suffix)"
    guard let tensor = entries[name]?.tensor else { throw malformed(name, "it cannot be read") }
    return try tensor.rows(row..<(row + 1))
  }

  private func moments(site: Int, row: Int, channels: Int) throws -> NormalizationMoments {
    guard entries["\(site).mean"]?.shape.dimensions.last == channels else {
      throw malformed("\(site).mean", "\(channels) channels are expected")
    }
    let mean = try tensor(site, "mean", row: row).doubles()
    let squares = try tensor(site, "squares", row: row).doubles()
    let within = try tensor(site, "within", row: row).doubles()
    let count = try tensor(site, "count", row: row).int64s().first ?? 0
    let batches = try tensor(site, "batches", row: row).int64s().first ?? 0
    if batches == 0, count == 0 { return NormalizationMoments() }
    guard (1...Int64(Self.mostNumbers)).contains(count), (1...count).contains(batches) else {
      throw malformed("\(site).count", "\(count) numbers in \(batches) mini-batches")
    }
    let moments = try zip(mean, squares).map { mean, squares in
      guard let moments = Moments(count: Int(count), mean: mean, sumOfSquares: squares) else {
        throw malformed("\(site).squares", "a sum of squares below zero")
      }
      return moments
    }
    guard
      let result = NormalizationMoments(channels: moments, within: within, batches: Int(batches))
    else { throw malformed("\(site).within", "a sum of squares below zero") }
    return result
  }
}
