internal import ByteStore
internal import GraphEvaluation
internal import GraphTransforms
public import ModelFormats
internal import ModelIR
public import ModelReports
internal import ModelStatistics
public import ModelVerification
internal import Operators

/// Reads a model and tells what its numbers look like.
public struct StatisticsPipeline: Sendable {
  private let model: String
  private let reading: ReadOptions
  private let data: VerificationOptions

  /// Statistics of the model at a path; where `data` has inputs, the model runs on them.
  public init(
    model: String, reading: ReadOptions = ReadOptions(),
    data: VerificationOptions = VerificationOptions()
  ) {
    self.model = model
    self.reading = reading
    self.data = data
  }

  /// Does it; `announcing` is told each step as it begins.
  ///
  /// Errors: `FormatError`, `FileAccessError`, `TensorError`, `EvaluationError`, `PipelineError`.
  public func run(announcing: (String) -> Void = { _ in }) throws -> StatisticsReport {
    try withoutActuallyEscaping(announcing) { announcing in
      var watch = Stopwatch(announcing)
      let opened = try watch.time("read") { try OpenedModel(model, reading) }
      try InputNames.check(data, against: opened.model)
      let plan = watch.time("fold") {
        FoldPass(opened.folding()).run(opened.model, constants: KernelConstantEvaluator())
      }
      let numbers = try watch.time("weights") { try FoldedNumbers(plan) }
      let tensors = try watch.time("tensors") { try Self.tensors(of: opened.model) }
      var activations = ActivationWatch(opened.model)
      if !data.inputs.isEmpty { try watch.time("run") { try activations.run(data) } }
      try opened.result.checkUnchanged()
      var report = StatisticsReport(
        path: model, tensors: tensors,
        normalizations: NormalizationHealth.lines(
          plan, maxima: numbers.maxima, moments: activations.moments),
        weights: numbers.changes.map { WeightLine($0, in: plan.source) },
        activations: activations.lines, samples: activations.samples,
        notes: opened.notes + plan.diagnostics, stages: watch.stages,
        peakMemory: ProcessFacts.peakMemory)
      report.drawing = GraphDrawing(opened.model, marks: GraphDrawing.marks(of: plan))
      return report
    }
  }

  private static func tensors(of model: Model) throws -> [TensorLine] {
    let weights = Dictionary(
      LinearWeight.all(in: model).map { ($0.value, $0.channels) },
      uniquingKeysWith: { first, _ in first })
    return try StoredTensorStatistics.all(in: model).map { stored in
      guard let index = weights[stored.value],
        let tensor = NodeCost.stored(stored.value, in: model)
      else { return TensorLine(stored) }
      return TensorLine(stored, channels: try ChannelStatistics(tensor, index: index))
    }
  }
}
