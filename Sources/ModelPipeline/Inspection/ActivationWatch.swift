internal import GraphEvaluation
internal import ModelIR
internal import ModelReports
internal import ModelStatistics
internal import ModelVerification

/// Watches all values of a model while it runs on data.
struct ActivationWatch {
  private let model: Model
  /// Values that batch normalizations read.
  private let normalized: Set<ValueID>
  private var order: [ValueID] = []
  private var statistics: [ValueID: ActivationStatistics] = [:]
  /// Mean and variance by channel of what batch normalizations read.
  private(set) var moments: [ValueID: ChannelMoments] = [:]
  /// What each sample was.
  private(set) var samples: [String] = []

  init(_ model: Model) {
    self.model = model
    normalized = Set(
      model.nodes.compactMap { node in
        node.flatMap { $0.isStandard("BatchNormalization") ? $0.input(0) : nil }
      })
  }

  /// Runs the model on each sample of the options.
  ///
  /// Errors: `EvaluationError`, `TensorError`, `FileAccessError`, `PipelineError`.
  mutating func run(_ options: VerificationOptions) throws {
    let runner = GraphRunner(
      model: model, precision: .stored, options: options.evaluation)
    for (position, sample) in options.inputs.enumerated() {
      var options = options
      options.inputs = [sample]
      try run(runner, options, number: position + 1)
    }
  }

  /// Runs on the first form of the sample that the model takes.
  private mutating func run(
    _ runner: GraphRunner, _ options: VerificationOptions, number: Int
  ) throws {
    var failure: (any Error)?
    do {
      for candidate in try InputSample.candidates(for: model, options: options) {
        var watched = self
        do {
          for input in model[model.mainGraph].inputs {
            if let value = candidate.values[input] { watched.add(input, value) }
          }
          _ = try runner.run(candidate.values) { watched.add($0, $1) }
          let shapes = candidate.origins.map { "\($0.name) \($0.shape)" }
          watched.samples.append("sample \(number): \(shapes.joined(separator: ", "))")
          self = watched
          return
        } catch let error as EvaluationError {
          failure = failure ?? error
          guard case .badInput = error.problem else { break }
        }
      }
    } catch let problem as SampleProblem {
      throw PipelineError(.badInput, problem.reason)
    }
    throw failure ?? PipelineError(.badInput, "the model has no inputs to run on")
  }

  private mutating func add(_ id: ValueID, _ value: RuntimeTensor) {
    if let maker = model.producer(of: id), model[maker].isStandard("Constant") { return }
    let elements = value.doubles()
    if statistics[id] == nil { order.append(id) }
    statistics[id, default: ActivationStatistics(of: value.dataType)]
      .add(elements, shape: value.shape)
    if normalized.contains(id) {
      moments[id, default: ChannelMoments()].add(elements, shape: value.shape)
    }
  }

  /// A line for each value, in the order in which they were made.
  var lines: [ActivationLine] {
    order.compactMap { id in
      statistics[id].map {
        ActivationLine(
          name: model[id].name,
          opType: model.producer(of: id).map { model[$0].opType } ?? "", statistics: $0)
      }
    }
  }
}
