internal import ByteStore
internal import ModelFormats
internal import ModelIR
internal import SafetensorsFormat
internal import WeightPairing

/// Writes a weight file after a fold: what the fold changed under the old names, new biases beside
/// their weights, and all else as it stands.
struct WeightFileWriter: ModelWriter {
  static let format = SafetensorsFile.format
  private static let indexEnding = ".index.json"

  var keepsIdentity = false

  func write(
    _ model: Model, basedOn original: ReadResult, to output: OutputFiles
  ) throws {
    guard let (file, islands) = parts(original) else {
      throw PipelineError.bug("a weight file without its islands")
    }
    let isIndexed = file.indexMetadata != nil && output.modelName.hasSuffix(Self.indexEnding)
    let changes = islands.changes(in: model)
    if changes.isEmpty, file.indexMetadata == nil {
      try output.model.copy(from: file.source, 0..<file.source.count)
      return
    }
    let contents = try self.contents(file, islands, changes, model)
    let owners = Dictionary(changes.map { ($0.name, $0.value) }) { _, last in last }
    let failing: @Sendable (String, TensorError) -> any Error = { name, error in
      guard let value = owners[name] else { return error }
      return UnwritableTensor(owner: .initializer(value), name: name, error: error)
    }
    guard isIndexed else {
      var known: Set<String> = []
      let metadata = file.shards.flatMap(\.metadata).filter { known.insert($0.key).inserted }
      try SafetensorsWriter.write(
        contents.flatMap { $0 }, metadata: metadata, to: output.model, failing: failing)
      return
    }
    let names = Self.names(file, output)
    for (position, shard) in file.shards.enumerated() {
      try SafetensorsWriter.write(
        contents[position], metadata: shard.metadata, to: output.addData(named: names[position]),
        failing: failing)
    }
    try SafetensorsWriter.writeIndex(
      zip(names, contents).map { ($0, $1) }, metadata: file.indexMetadata ?? [],
      to: output.model)
  }

  func named(_ model: Model, basedOn original: ReadResult) -> Model {
    parts(original)?.islands.named(model) ?? model
  }

  func reader(of model: Model, basedOn original: ReadResult) -> (any ModelReader)? {
    parts(original).map {
      WeightFileReader(pairing: $0.islands.pairing, folded: $0.islands.folded(in: model))
    }
  }

  private func parts(
    _ original: ReadResult
  ) -> (file: SafetensorsFile, islands: WeightIslands)? {
    (original.annex as? WeightFile).map { ($0.file, $0.islands) }
  }

  // MARK: Contents

  /// What each file of the output holds.
  private func contents(
    _ file: SafetensorsFile, _ islands: WeightIslands, _ changes: [WeightIslands.Change],
    _ model: Model
  ) throws -> [[SafetensorsWriter.Item]] {
    let identities = keepsIdentity ? self.identities(islands, model) : [:]
    let removed = Set(islands.removals(in: model))
    let changed = Dictionary(changes.map { ($0.name, $0) }) { first, _ in first }
    var added: [String: [WeightIslands.Change]] = [:]
    let known = Set(file.entries.map(\.name))
    for change in changes where !known.contains(change.name) {
      added[change.neighbour, default: []].append(change)
    }
    return try file.shards.map { shard in
      var items: [SafetensorsWriter.Item] = []
      for entry in shard.entries {
        if let change = changed[entry.name] {
          items.append(try item(change))
        } else if let tensor = identities[entry.name],
          let item = SafetensorsWriter.Item(name: entry.name, tensor: tensor)
        {
          items.append(item)
        } else if !removed.contains(entry.name) || keepsIdentity {
          items.append(SafetensorsWriter.Item(entry))
        }
        for change in added[entry.name] ?? [] { items.append(try item(change)) }
      }
      return items
    }
  }

  private func item(_ change: WeightIslands.Change) throws -> SafetensorsWriter.Item {
    guard var item = SafetensorsWriter.Item(name: change.name, tensor: change.tensor) else {
      throw FormatError(
        .unrepresentable("\"\(change.name)\" of \(change.tensor.dataType.name)"),
        at: InputLocation(file: change.name))
    }
    item.shape = change.shape
    return item
  }

  /// Parameters that do nothing: mean 0, variance 1 − epsilon, gamma 1, beta 0, so that
  /// variance + epsilon is 1 but for the rounding of the variance, half of which is left in the
  /// scale: a quarter of a unit in the last place.
  private func identities(_ islands: WeightIslands, _ model: Model) -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for ordinal in islands.folded(in: model) {
      let pair = islands.pairing.pairs[ordinal]
      let names = pair.normalization
      for (name, number) in [
        (names.mean, 0), (names.variance, 1 - Double(Float(pair.epsilon))),
        (names.scale ?? "", 1), (names.shift ?? "", 0),
      ] {
        guard let value = islands.model.values.first(where: { $0.name == name }),
          let tensor = value.initializer
        else { continue }
        let numbers = [Double](repeating: number, count: tensor.shape.elementCount)
        result[name] = Tensor(
          dataType: tensor.dataType, shape: tensor.shape, recipe: .vector(numbers))
      }
    }
    return result
  }

  /// Names for the files of a checkpoint that none of the input's files has:
  /// out-00001-of-00002.safetensors beside out.safetensors.index.json.
  private static func names(_ file: SafetensorsFile, _ output: OutputFiles) -> [String] {
    let ending = ".safetensors\(indexEnding)"
    let stem =
      output.modelName.hasSuffix(ending)
      ? String(output.modelName.dropLast(ending.count))
      : String(output.modelName.dropLast(indexEnding.count))
    func padded(_ number: Int) -> String {
      String(repeating: "0", count: max(0, 5 - "\(number)".count)) + "\(number)"
    }
    let inputs = [file.source] + file.shards.map(\.source)
    var attempt = 0
    while true {
      let part = attempt == 0 ? "" : "-\(attempt)"
      let names = file.shards.indices.map {
        "\(stem)\(part)-\(padded($0 + 1))-of-\(padded(file.shards.count)).safetensors"
      }
      let clashes = names.contains { name in
        output.dataPath(named: name).map { path in inputs.contains { $0.isFile(at: path) } }
          ?? false
      }
      if !clashes { return names }
      attempt += 1
    }
  }
}
