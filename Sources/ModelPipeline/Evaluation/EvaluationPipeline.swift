internal import ByteStore
internal import GraphEvaluation
public import ModelFormats
internal import ModelIR
public import ModelReports
public import ModelVerification

/// Reads a model, runs it and writes its outputs.
public struct EvaluationPipeline: Sendable {
  private let model: String
  private let output: String?
  private let reading: ReadOptions
  private let samples: VerificationOptions
  private let computesInDouble: Bool
  private let repeats: Int

  /// A run of the model at a path, on what `samples` gives or else makes up; `repeats` more runs
  /// on the same are timed.
  public init(
    model: String, output: String?, reading: ReadOptions = ReadOptions(),
    samples: VerificationOptions = VerificationOptions(), computesInDouble: Bool = false,
    repeats: Int = 0
  ) {
    self.model = model
    self.output = output
    self.reading = reading
    self.samples = samples
    self.computesInDouble = computesInDouble
    self.repeats = repeats
  }

  /// Does it; `announcing` is told each step as it begins.
  ///
  /// Errors: `FormatError`, `FileAccessError`, `TensorError`, `EvaluationError`, `PipelineError`.
  public func run(announcing: (String) -> Void = { _ in }) throws -> RunReport {
    try withoutActuallyEscaping(announcing) { announcing in
      var watch = Stopwatch(announcing)
      let opened = try watch.time("read") { try OpenedModel(model, reading) }
      let runner = runner(of: opened.model)
      let (sample, values) = try watch.time("run") { try evaluate(runner) }
      let times = repeats == 0 ? [] : try watch.time("repeat") { try time(runner, sample) }
      try opened.result.checkUnchanged()
      let results = opened.model[opened.model.mainGraph].outputs.compactMap { id in
        values[id].map { (name: opened.model[id].name, value: $0) }
      }
      if let output {
        try watch.time("write") {
          try OutputArrays.write(
            results.map { ($0.name, try tensor($0.value)) }, to: output)
        }
      }
      return RunReport(
        model: model, written: output,
        inputs: sample.origins.map { ($0.name, $0.numbers, $0.shape) },
        outputs: results.map { name, value in
          RunReport.Output(
            name: name, type: value.dataType.name, shape: value.shape, elements: value.doubles())
        },
        repeats: times, notes: opened.notes, stages: watch.stages,
        peakMemory: ProcessFacts.peakMemory)
    }
  }

  private func runner(of model: Model) -> GraphRunner {
    var options = samples.evaluation
    options.keepsConstants = options.keepsConstants || repeats > 0
    return GraphRunner(
      model: model, precision: computesInDouble ? .double : .stored, options: options)
  }

  /// How long each of the further runs takes.
  private func time(_ runner: GraphRunner, _ sample: InputSample) throws -> [RunReport.Time] {
    let clock = ContinuousClock()
    return try (0..<repeats).map { _ in
      let (began, worked) = (clock.now, ProcessFacts.processorTime)
      _ = try runner.run(sample.values)
      let took = began.duration(to: clock.now)
      return RunReport.Time(
        seconds: took / .seconds(1),
        processorSeconds: worked.flatMap { before in
          ProcessFacts.processorTime.map { $0 - before }
        })
    }
  }

  /// Runs on the first form of the sample that the model takes.
  private func evaluate(
    _ runner: GraphRunner
  ) throws -> (InputSample, [ValueID: RuntimeTensor]) {
    try InputNames.check(samples, against: runner.model)
    var failure: (any Error)?
    do {
      for candidate in try InputSample.candidates(for: runner.model, options: samples) {
        do {
          return (candidate, try runner.run(candidate.values))
        } catch let error as EvaluationError {
          // The first form is the likeliest, so its error says most.
          failure = failure ?? error
          guard case .badInput = error.problem else { break }
        }
      }
    } catch let problem as SampleProblem {
      throw PipelineError(.badInput, problem.reason)
    }
    throw failure ?? PipelineError(.badInput, "the model has no inputs to run on")
  }

  /// In Double what was computed in Double, else in the standard's type.
  private func tensor(_ value: RuntimeTensor) throws -> Tensor {
    guard computesInDouble, case .double(let elements) = value.elements,
      let shape = TensorShape(value.shape), let tensor = Tensor(elements, shape: shape)
    else { return try value.tensor() }
    return tensor
  }
}
