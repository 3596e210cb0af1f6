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

  /// A run of the model at a path, on what `samples` gives or else makes up.
  public init(
    model: String, output: String?, reading: ReadOptions = ReadOptions(),
    samples: VerificationOptions = VerificationOptions(), computesInDouble: Bool = false
  ) {
    self.model = model
    self.output = output
    self.reading = reading
    self.samples = samples
    self.computesInDouble = computesInDouble
  }

  /// Does it; `announcing` is told each step as it begins.
  ///
  /// Errors: `FormatError`, `FileAccessError`, `TensorError`, `EvaluationError`, `PipelineError`.
  public func run(announcing: (String) -> Void = { _ in }) throws -> RunReport {
    try withoutActuallyEscaping(announcing) { announcing in
      var watch = Stopwatch(announcing)
      let opened = try watch.time("read") { try OpenedModel(model, reading) }
      let (sample, values) = try watch.time("run") { try evaluate(opened.model) }
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
        notes: opened.notes, stages: watch.stages, peakMemory: ProcessFacts.peakMemory)
    }
  }

  /// Runs on the first form of the sample that the model takes.
  private func evaluate(
    _ model: Model
  ) throws -> (InputSample, [ValueID: RuntimeTensor]) {
    try InputNames.check(samples, against: model)
    let runner = GraphRunner(
      model: model, precision: computesInDouble ? .double : .stored, options: samples.evaluation)
    var failure: (any Error)?
    do {
      for candidate in try InputSample.candidates(for: model, options: samples) {
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
