internal import ByteStore
internal import GraphEvaluation
public import ModelFormats
internal import ModelIR
public import ModelReports
internal import ModelVerification
internal import Operators

/// Cuts a part out of a model: what computes some values from others, as a model of its own.
public struct ExtractionPipeline: Sendable {
  private let input: String
  private let output: String
  private let from: [String]
  private let to: [String]
  private let reading: ReadOptions
  private let synchronizes: Bool

  /// The part of the model at `input` between the values `from` (none: its inputs) and `to` (none:
  /// its outputs), to be written to `output`.
  public init(
    input: String, output: String, from: [String], to: [String],
    reading: ReadOptions = ReadOptions(), synchronizes: Bool = true
  ) {
    self.input = input
    self.output = output
    self.from = from
    self.to = to
    self.reading = reading
    self.synchronizes = synchronizes
  }

  /// Does it; `announcing` is told each step as it begins.
  ///
  /// What was written is read back and has to be what was cut out.
  /// Errors: `FormatError`, `FileAccessError`, `TensorError`, `PipelineError`.
  public func run(announcing: (String) -> Void = { _ in }) throws -> ExtractionReport {
    try withoutActuallyEscaping(announcing) { announcing in
      var watch = Stopwatch(announcing)
      let opened = try watch.time("read") { try OpenedModel(input, reading) }
      guard opened.formatName == "ONNX", let writer = opened.writer else {
        throw PipelineError(
          .unsupported, "parts are cut out of ONNX models, this is \(opened.formatName)")
      }
      let part = try watch.time("cut") { try cut(opened.model) }
      let files = try OutputFiles(model: output)
      try watch.time("write") {
        try writer.write(part, basedOn: opened.result, to: files)
        try files.finish(sync: synchronizes)
        try opened.result.checkUnchanged()
      }
      try watch.time("check") { try check(files, part, opened) }
      try watch.time("rename") { try files.commit() }
      let graph = part[part.mainGraph]
      return ExtractionReport(
        input: input, output: output, inputs: ports(part.requiredInputs(of: part.mainGraph), part),
        outputs: ports(graph.outputs, part), before: ModelTotals(opened.model, bytes: opened.bytes),
        after: ModelTotals(part, bytes: files.count), notes: opened.notes, stages: watch.stages,
        peakMemory: ProcessFacts.peakMemory)
    }
  }

  /// Reads back what was written and holds it against what was cut out.
  private func check(_ files: OutputFiles, _ part: Model, _ opened: OpenedModel) throws {
    let written = try WrittenModel.read(files, as: opened.reader, reading)
    var options = VerificationOptions()
    options.runsEndToEnd = false
    let report = try Verifier(
      original: part, written: written.model, claims: [], options: options
    ).verify()
    guard report.verdict != .failed else {
      throw PipelineError.bug("what was written is not what was cut out")
    }
  }

  private func cut(_ model: Model) throws -> Model {
    let inputs =
      try from.isEmpty
      ? model.requiredInputs(of: model.mainGraph) : values(from, model)
    let outputs = try to.isEmpty ? model[model.mainGraph].outputs : values(to, model)
    if let both = outputs.first(where: { inputs.contains($0) }) {
      throw PipelineError(
        .usage, "\"\(model[both].name)\" is where the part begins and where it ends")
    }
    let types = try types(of: inputs + outputs, model)
    var part = model
    do throws(GraphError) {
      try part.cut(inputs: inputs, outputs: outputs, types: types)
    } catch {
      guard case .dangling(let value, _) = error else { throw error }
      throw PipelineError(
        .usage, "the part needs \"\(value)\" as well: add it, or what is made from it, to --from")
    }
    return part
  }

  private func values(_ names: [String], _ model: Model) throws -> [ValueID] {
    var byName: [String: ValueID] = [:]
    let graph = model[model.mainGraph]
    for value in graph.inputs + graph.initializers { byName[model[value].name] = value }
    for node in graph.nodes {
      for value in model[node].outputs.compactMap({ $0 }) { byName[model[value].name] = value }
    }
    var result: [ValueID] = []
    for name in names {
      guard let value = byName[name] else {
        throw PipelineError(
          .usage,
          "the main graph has no value \"\(name)\"; 'bnfold inspect' lists what nodes make")
      }
      if !result.contains(value) { result.append(value) }
    }
    return result
  }

  /// The types that follow from the whole model.
  private func types(of values: [ValueID], _ model: Model) throws -> [ValueID: ValueType] {
    let shapes = ShapeInference(model, constants: KernelConstantEvaluator())
    var types: [ValueID: ValueType] = [:]
    for value in values {
      guard let type = shapes.type(of: value) ?? model[value].type else {
        throw PipelineError(
          .unsupported,
          "the type of \"\(model[value].name)\" is not known, and inputs and outputs need one")
      }
      if case .tensor(nil, _) = type {
        throw PipelineError(
          .unsupported,
          "the element type of \"\(model[value].name)\" is not known, and inputs and outputs "
            + "need one")
      }
      types[value] = type
    }
    return types
  }

  private func ports(_ values: [ValueID], _ model: Model) -> [ExtractionReport.Port] {
    values.map { value in
      ExtractionReport.Port(name: model[value].name, type: PortText.text(model[value].type))
    }
  }
}
