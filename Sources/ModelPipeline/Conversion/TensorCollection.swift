internal import ByteStore
internal import DarknetFormat
internal import ModelFormats
internal import ModelIR
internal import NumPyFormat
internal import SafetensorsFormat

/// The tensors of a file, whatever format it has, by name.
struct TensorCollection {
  var formatName: String
  var tensors: [NamedTensor] = []
  /// safetensors' tensors of types that nothing else has.
  var opaque: [SafetensorsEntry] = []
  /// Texts that belong to the tensors.
  var metadata: [(key: String, value: String)] = []
  /// What stands in the file besides and does not come along.
  var losses: [String] = []
  var notes: [String] = []
  var sources: [ByteSource] = []

  /// Opens a file by its content; "-" is the standard input.
  ///
  /// Errors: `FormatError`, `FileAccessError`, `PipelineError`.
  init(_ path: String, _ options: ReadOptions) throws {
    let source = path == "-" ? try StandardStreams.readInput() : try ByteSource(file: path)
    let candidate = try ProbeCandidate(source)
    if SafetensorsFile.probe(candidate) == .magic {
      formatName = SafetensorsFile.format.name
      try read(try SafetensorsFile(source, options: options))
    } else if NumPyFile.probe(candidate) >= .plausibleContent {
      formatName = NumPyFile.format.name
      tensors = try NumPyFile.read(source)
      sources = [source]
      if tensors.count == 1, tensors[0].name.isEmpty { tensors[0].name = "array" }
    } else {
      let opened = try OpenedModel(source, options)
      formatName = opened.formatName
      read(opened)
    }
  }

  /// Only the tensors whose names match one of the patterns.
  ///
  /// Errors: `PipelineError` for a pattern that matches nothing.
  mutating func select(_ patterns: [NamePattern]) throws {
    guard !patterns.isEmpty else { return }
    let names = tensors.map(\.name) + opaque.map(\.name)
    if let useless = patterns.first(where: { pattern in !names.contains { pattern.matches($0) } }) {
      throw PipelineError(.usage, "no tensor is called \"\(useless)\"")
    }
    let all = names.count
    tensors.removeAll { tensor in !patterns.contains { $0.matches(tensor.name) } }
    opaque.removeAll { entry in !patterns.contains { $0.matches(entry.name) } }
    notes.append("\(tensors.count + opaque.count) of \(all) tensors are taken (--tensors)")
  }

  private mutating func read(_ file: SafetensorsFile) throws {
    tensors = file.tensors
    opaque = file.entries.filter { $0.tensor == nil }
    var known: Set<String> = []
    metadata = file.shards.flatMap(\.metadata).filter { known.insert($0.key).inserted }
    notes = file.diagnostics.map(\.description)
    sources = [file.source] + file.shards.map(\.source)
  }

  /// The initializers of all graphs; of Darknet the numbers of the weights file.
  private mutating func read(_ opened: OpenedModel) {
    let model = opened.model
    notes = opened.notes
    sources = [opened.result.source] + opened.result.externalSources.values
    let isDarknet = opened.reader is DarknetReader
    var known: Set<String> = []
    var twice = 0
    for graph in model.graphs {
      for id in graph.initializers {
        guard let tensor = model[id].initializer else { continue }
        if isDarknet, !isStored(tensor, in: opened.result) { continue }
        guard known.insert(model[id].name).inserted else {
          twice += 1
          continue
        }
        tensors.append(NamedTensor(name: model[id].name, tensor: tensor))
      }
    }
    let nodes = model.graphs.reduce(0) { $0 + $1.nodes.count }
    losses.append("the graph: \(nodes) nodes, inputs and outputs")
    if twice > 0 {
      losses.append("\(twice) tensors of inner graphs whose names are those of others")
    }
    let constants = model.nodes.count { $0?.isStandard("Constant") ?? false }
    if constants > 0 { losses.append("the values of \(constants) Constant nodes") }
  }

  private func isStored(_ tensor: Tensor, in result: ReadResult) -> Bool {
    guard case .stored(let elements) = tensor.storage else { return false }
    return result.externalSources.values.contains { $0 === elements.source }
  }

  func checkUnchanged() throws {
    for source in sources { try source.checkUnchanged() }
  }
}
