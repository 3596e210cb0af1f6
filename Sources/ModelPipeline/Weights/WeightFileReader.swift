internal import ByteStore
internal import ModelFormats
internal import ModelIR
internal import ONNXFormat
internal import SafetensorsFormat
internal import WeightPairing

/// Reads a file of weights without a graph as islands of a layer and its normalization.
struct WeightFileReader: ModelReader {
  static let format = SafetensorsFile.format

  private let settings: PairingSettings
  /// The pairs of the file that this one was made from, and which of them were folded.
  private let known: (pairing: Pairing, folded: Set<Int>)?

  init(_ settings: PairingSettings) {
    self.settings = settings
    known = nil
  }

  /// A reader of what was written; nil: any of the pairs may have been folded.
  init(pairing: Pairing, folded: Set<Int>? = nil) {
    settings = PairingSettings()
    known = (pairing, folded ?? Set(pairing.pairs.indices))
  }

  func probe(_ candidate: ProbeCandidate) -> ProbeConfidence { SafetensorsFile.probe(candidate) }

  func read(_ source: ByteSource, options: ReadOptions) throws -> ReadResult {
    let file = try SafetensorsFile(source, options: options)
    let tensors = file.tensors
    let pairing = try known?.pairing ?? search(options).pairs(of: tensors)
    let islands = WeightIslands(tensors, pairing: pairing, folded: known?.folded ?? [])
    let notes = pairing.notes + Self.summary(pairing)
    return ReadResult(
      model: islands.model,
      diagnostics: file.diagnostics
        + notes.map { Diagnostic(.note, $0, at: InputLocation(file: source.path)) },
      source: source, externalSources: file.externalSources, kept: islands.kept,
      annex: WeightFile(file: file, islands: islands))
  }

  private func search(_ options: ReadOptions) throws -> WeightPairing {
    guard settings.plan == nil || settings.graph == nil else {
      throw PipelineError(.usage, "pairs come from a plan or from a graph, not from both")
    }
    if let path = settings.plan {
      return WeightPairing(
        from: .plan(try PairPlan(ByteSource(file: path))), epsilon: settings.epsilon)
    }
    if let path = settings.graph {
      let graph = try ONNXReader().read(ByteSource(file: path), options: options)
      return WeightPairing(from: .graph(graph.model), epsilon: settings.epsilon)
    }
    return WeightPairing(epsilon: settings.epsilon)
  }

  /// How many pairs are certain for which reason.
  private static func summary(_ pairing: Pairing) -> [String] {
    guard !pairing.pairs.isEmpty else { return [] }
    var counts: [(evidence: String, count: Int)] = []
    for pair in pairing.pairs {
      if let position = counts.firstIndex(where: { $0.evidence == pair.evidence }) {
        counts[position].count += 1
      } else {
        counts.append((pair.evidence, 1))
      }
    }
    let parts = counts.map { "\($0.count) by \($0.evidence)" }.joined(separator: ", ")
    return ["pairs of a layer and its normalization: \(parts)"]
  }
}

/// What the writer needs of a weight file that was read.
struct WeightFile: Sendable {
  var file: SafetensorsFile
  var islands: WeightIslands
}
