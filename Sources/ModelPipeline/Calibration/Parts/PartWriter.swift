internal import ByteStore
internal import ModelCalibration
internal import ModelFormats
internal import ModelIR
internal import ModelStatistics
internal import SafetensorsFormat

/// Writes the moments of some blocks as a safetensors file; `docs/formats/calibration-part.md` has
/// its tensors.
enum PartWriter {
  /// Writes a part whole or not at all.
  ///
  /// The same blocks give the same bytes.
  static func write(
    _ blocks: [Int: [NormalizationMoments]], _ identity: PartIdentity, channels: [Int],
    to path: String, synchronizes: Bool
  ) throws {
    let order = blocks.keys.sorted()
    var items: [SafetensorsWriter.Item] = []
    func add(_ name: String, _ tensor: Tensor?) throws {
      guard let tensor, let item = SafetensorsWriter.Item(name: name, tensor: tensor) else {
        throw PipelineError.bug("a part holds \(name) of another length than it should")
      }
      items.append(item)
    }
    for (site, channels) in channels.enumerated() {
      let rows = order.map { blocks[$0]?[site] ?? NormalizationMoments() }
      func numbers(_ column: (NormalizationMoments) -> [Double]) throws -> Tensor? {
        let none = [Double](repeating: 0, count: channels)
        guard let shape = TensorShape([order.count, channels]) else { return nil }
        return Tensor(rows.flatMap { $0.batches > 0 ? column($0) : none }, shape: shape)
      }
      try add("\(site).mean", try numbers { $0.channels.map(\.mean) })
      try add("\(site).squares", try numbers { $0.channels.map(\.sumOfSquares) })
      try add("\(site).within", try numbers { $0.within })
      let shape = TensorShape.vector(order.count)
      try add("\(site).count", Tensor(rows.map { Int64($0.count) }, shape: shape))
      try add("\(site).batches", Tensor(rows.map { Int64($0.batches) }, shape: shape))
    }
    let files = try OutputFiles(model: path)
    try SafetensorsWriter.write(
      items, metadata: identity.metadata + [(PartFile.blocksKey, BlockList.text(order))],
      to: files.model)
    try files.finish(sync: synchronizes)
    try files.commit()
  }
}
