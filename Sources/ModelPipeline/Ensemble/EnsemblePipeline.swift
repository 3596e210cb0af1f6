internal import ByteStore
public import ModelFormats
internal import ModelIR
public import ModelReports
public import ModelVerification
internal import ONNXFormat

/// Joins several networks into one model that averages their class probabilities, as the paper's
/// ensemble of six does (Ioffe & Szegedy 2015, arXiv 1502.03167, §4.2.3).
public struct EnsemblePipeline: Sendable {
  /// The networks' paths.
  private let inputs: [String]
  private let output: String
  /// The axis of classes of outputs that no Softmax makes; nil: there must be none.
  public var softmaxAxis: Int?
  /// What may be read.
  public var reading = ReadOptions()
  /// On what the ensemble and its members are run.
  public var verification = VerificationOptions()
  /// Waits until the disk has the output.
  public var synchronizes = true

  /// The ensemble of the models at `inputs`, to be written to `output`.
  public init(inputs: [String], output: String) {
    self.inputs = inputs
    self.output = output
  }

  /// Does it; `announcing` is told each step as it begins.
  ///
  /// What was written is read back, has to be the graph that was made, and is run beside its
  /// members.
  /// Errors: `FormatError`, `FileAccessError`, `TensorError`, `PipelineError`.
  public func run(announcing: (String) -> Void = { _ in }) throws -> EnsembleReport {
    try withoutActuallyEscaping(announcing) { announcing in
      var watch = Stopwatch(announcing)
      let opened = try watch.time("read") { try inputs.map { try open($0) } }
      let graph = try watch.time("join") {
        let members = try zip(inputs, opened).map { path, opened in
          try EnsembleMember(name: path, model: opened.model)
        }
        return try EnsembleGraph(members, softmaxAxis: softmaxAxis)
      }
      let model = graph.model()
      let files = try OutputFiles(model: output)
      try watch.time("write") {
        try ONNXWriter().write(model, basedOn: ONNXWriter.blank(for: model), to: files)
        try files.finish(sync: synchronizes)
        for member in opened { try member.result.checkUnchanged() }
      }
      let check = try watch.time("verify") { try verify(files, model, graph) }
      try watch.time("rename") { try files.commit() }
      return report(graph, model, opened, files.count, check, watch.stages)
    }
  }

  private func open(_ path: String) throws -> OpenedModel {
    let opened = try OpenedModel(path, reading)
    guard opened.reader is ONNXReader else {
      throw PipelineError(
        .unsupported,
        "members are ONNX models, \(path) is \(opened.formatName); `bnfold convert` may make one")
    }
    return opened
  }

  private func verify(
    _ files: OutputFiles, _ model: Model, _ graph: EnsembleGraph
  ) throws -> EnsembleReport.Check {
    let written = try WrittenModel.read(files, as: ONNXReader(), reading).model
    var options = verification
    options.runsEndToEnd = false
    let report = try Verifier(
      original: model, written: written, claims: [], options: options
    ).verify()
    guard report.verdict != .failed else {
      throw PipelineError.bug("what was written is not what was joined")
    }
    return try EnsembleCheck(graph: graph, written: written, options: verification).run()
  }

  private func report(
    _ graph: EnsembleGraph, _ model: Model, _ opened: [OpenedModel], _ bytes: Int,
    _ check: EnsembleReport.Check, _ stages: [StageTime]
  ) -> EnsembleReport {
    let networks = zip(graph.members, opened).map { member, opened in
      let softmax = zip(member.outputs, member.softmaxAxes).compactMap { output, axis in
        axis.map { "\(member.model[output].name) along axis \($0)" }
      }
      return EnsembleReport.Network(
        path: member.name, totals: ModelTotals(member.model, bytes: opened.bytes),
        softmax: softmax)
    }
    let main = model[model.mainGraph]
    func ports(_ values: [ValueID]) -> [ExtractionReport.Port] {
      values.map { .init(name: model[$0].name, type: PortText.text(model[$0].type)) }
    }
    return EnsembleReport(
      networks: networks, output: output, inputs: ports(model.requiredInputs(of: model.mainGraph)),
      outputs: ports(main.outputs), totals: ModelTotals(model, bytes: bytes), check: check,
      notes: opened.flatMap(\.notes), stages: stages, peakMemory: ProcessFacts.peakMemory)
  }
}
