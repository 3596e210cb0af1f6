internal import ByteStore
internal import GraphEvaluation
internal import GraphTransforms
internal import ModelFormats
internal import ModelIR
public import ModelReports
internal import ModelVerification

/// Reads a model, folds it, writes it, reads back what was written, compares, and only then gives
/// the output its name.
public struct FoldPipeline: Sendable {
  private let request: FoldRequest
  /// What happens to the written file before it is read back: tests plant faults here.
  private let tampering: @Sendable (_ temporaryPath: String) throws -> Void

  /// A pipeline for one request.
  public init(_ request: FoldRequest) { self.init(request, tampering: { _ in }) }

  init(_ request: FoldRequest, tampering: @escaping @Sendable (String) throws -> Void) {
    self.request = request
    self.tampering = tampering
  }

  /// Does it; `announcing` is told each step as it begins.
  ///
  /// Errors: `FormatError`, `FileAccessError`, `TensorError`, `EvaluationError`, `PipelineError`.
  /// A verification that fails is no error: it stands in the report, and there is no output then.
  public func run(announcing: (String) -> Void = { _ in }) throws -> FoldReport {
    try withoutActuallyEscaping(announcing) { announcing in
      var watch = Stopwatch(announcing)
      let opened = try watch.time("read") {
        try OpenedModel(request.input, request.reading)
      }
      if let verification = request.verification {
        try InputNames.check(verification, against: opened.model)
      }
      var original = opened.model
      let edits = try request.edits.flatMap { edit throws(ModelEditError) in
        try edit.apply(to: &original)
      }
      var report = try fold(original, opened, &watch)
      if report.ending == .copied, !edits.isEmpty { report.ending = .written }
      report.notes.insert(contentsOf: opened.notes + edits, at: 0)
      report.stages = watch.stages
      report.peakMemory = ProcessFacts.peakMemory
      return report
    }
  }

  /// Folds, and folds again without the sites whose numbers do not fit their type.
  private func fold(
    _ original: Model, _ opened: OpenedModel, _ watch: inout Stopwatch
  ) throws -> FoldReport {
    guard let writer = opened.writer else {
      throw PipelineError(.unsupported, "\(opened.formatName) files can be read only")
    }
    // Other formats say by their names what each tensor is for.
    let isONNX = opened.formatName == "ONNX"
    guard isONNX || !request.folding.simplifies else {
      throw PipelineError(
        .unsupported, "--simplify is for ONNX models, this is \(opened.formatName)")
    }
    var options = request.folding
    let plan = try request.plan.map { try AppliedPlan(PlanFile($0), FoldPass.source(of: original)) }
    plan?.apply(to: &options)
    options = opened.folding(options)
    while true {
      let folded = watch.time("fold") {
        FoldPass(options).run(original, constants: KernelConstantEvaluator())
      }
      try plan?.check(folded)
      try checkPatterns(folded)
      var report = report(folded, opened)
      if request.collectsDetails {
        report.details = try watch.time("page") { try ModelDetails.fold(folded, of: original) }
      }
      if isONNX, request.countsSimplifications, !options.simplifies { tell(folded.model, &report) }
      guard let output = request.output else {
        report.ending = .planned
        return report
      }
      if let excess = excess(report), !request.keepsFailed {
        report.ending = .refused(excess)
        return report
      }
      let files = try OutputFiles(model: output)
      do {
        try watch.time("write") {
          try writer.write(folded.model, basedOn: opened.result, to: files)
          try files.finish(sync: request.synchronizes)
          try opened.result.checkUnchanged()
        }
      } catch let misfit as UnwritableTensor {
        files.discard()
        let sites = sites(of: misfit, in: folded)
        guard !sites.isEmpty, sites.contains(where: { options.excluded[$0] == nil }) else {
          throw PipelineError.bug("\"\(misfit.name)\" cannot be written: \(misfit.error)")
        }
        for site in sites { options.excluded[site] = keepReason(misfit) }
        continue
      }
      report.after.bytes = files.count
      try finish(folded, original, opened, writer, files, &report, &watch)
      return report
    }
  }

  /// Compares what was written and gives it its name, or drops it.
  private func finish(
    _ folded: FoldResult, _ original: Model, _ opened: OpenedModel, _ writer: any ModelWriter,
    _ files: OutputFiles,
    _ report: inout FoldReport, _ watch: inout Stopwatch
  ) throws {
    report.ending = folded.journal.isEmpty ? .copied : .written
    try tampering(files.model.temporaryPath)
    if let options = request.verification {
      report.verification = try watch.time("verify") {
        let reader = writer.reader(of: folded.model, basedOn: opened.result) ?? opened.reader
        let written = try WrittenModel.read(files, as: reader, request.reading)
        let named = writer.named(folded.model, basedOn: opened.result)
        return try Verifier(
          original: original, written: written.model,
          claims: NamedClaim.claims(folded.claims, in: named),
          claimedModel: folded.calls.isEmpty
            ? nil : ClaimedModel(folded.source, calls: folded.calls), options: options
        ).verify()
      }
    }
    var problems = excess(report).map { [$0] } ?? []
    if report.verification?.verdict == .failed { problems.append("the verification failed") }
    guard problems.isEmpty || request.keepsFailed else {
      files.discard()
      report.ending = .refused(problems.joined(separator: ", "))
      return
    }
    if !problems.isEmpty { report.ending = .keptForStudy(problems.joined(separator: ", ")) }
    try watch.time("rename") { try files.commit() }
  }

  private func report(_ folded: FoldResult, _ opened: OpenedModel) -> FoldReport {
    FoldReport(
      input: request.input, output: request.output ?? "(plan)",
      before: ModelTotals(opened.model, bytes: opened.bytes),
      after: ModelTotals(folded.model, bytes: opened.bytes),
      sites: folded.sites.map { SiteReport($0, in: folded.source) }, notes: folded.diagnostics)
  }

  /// Tells what simplification would do besides.
  private func tell(_ model: Model, _ report: inout FoldReport) {
    let count = SimplificationPass(request.folding)
      .removedNodes(from: model, constants: KernelConstantEvaluator())
    guard count > 0 else { return }
    report.notes.append(
      count == 1
        ? "--simplify would remove one more node" : "--simplify would remove \(count) more nodes")
  }

  /// A pattern that matches nothing is misspelt.
  private func checkPatterns(_ folded: FoldResult) throws {
    guard let pattern = folded.unmatchedPatterns.first else { return }
    let names = folded.sites.prefix(5).map { "\"\($0.name)\"" }.joined(separator: ", ")
    throw PipelineError(
      .usage,
      "no site matches \"\(pattern)\"; the model has \(names.isEmpty ? "none" : names)"
        + (folded.sites.count > 5 ? ", …" : ""))
  }

  private func sites(of misfit: UnwritableTensor, in folded: FoldResult) -> [NodeID] {
    if case .initializer(let value) = misfit.owner { folded.sites(in: value) } else { [] }
  }

  private func keepReason(_ misfit: UnwritableTensor) -> KeepReason {
    guard case .doesNotFit(let channel, let value, let loss) = misfit.error else {
      return .excluded("\"\(misfit.name)\" cannot be computed: \(misfit.error)")
    }
    let text =
      switch loss {
      case .overflow: "\(value) is larger than the type's largest number"
      case .underflow: "its small numbers would be lost"
      case .notFinite: "\(value) is no number"
      }
    return .doesNotFit(tensor: misfit.name, channel: channel, loss: text)
  }

  private func excess(_ report: FoldReport) -> String? {
    guard let maximum = request.maximumKept, report.kept > maximum else { return nil }
    return "\(report.kept) batch normalizations are kept, \(maximum) may be"
  }
}
