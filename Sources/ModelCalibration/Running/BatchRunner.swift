public import GraphEvaluation
public import ModelIR
internal import ModelStatistics

/// Runs mini-batches through a model and notes what its batch normalizations read.
public struct BatchRunner: Sendable {
  /// The sites that are watched, by their places in the list of all sites.
  private let watched: [ValueID: [Int]]
  private let sites: [CalibrationSite]
  private let runner: GraphRunner
  private let forward: ForwardMode

  /// A runner that watches the sites at `places`.
  ///
  /// With `forward` batch all sites use the statistics of the mini-batch; with running, those that
  /// `model` stores.
  public init(
    _ model: Model, sites: [CalibrationSite], watching places: [Int], forward: ForwardMode,
    precision: EvaluationPrecision, options: EvaluationOptions
  ) {
    self.sites = sites
    self.forward = forward
    watched = Dictionary(grouping: places) { sites[$0].input }
    runner = GraphRunner(
      model: forward == .batch ? TrainingForm.model(model, training: sites) : model,
      precision: precision, options: options)
  }

  /// Runs one mini-batch and adds what each watched site read to its moments.
  ///
  /// `name` is how an error calls the mini-batch.
  /// Errors: `EvaluationError`, `TensorError`, `FileAccessError`; `CalibrationError` where a
  /// mini-batch has no statistics, or a value has other channels than its batch normalization.
  public func run(
    _ inputs: [ValueID: RuntimeTensor], name: String, into moments: inout [NormalizationMoments]
  ) throws {
    var result = moments
    for (id, value) in inputs where watched[id] != nil { try add(id, value, name, &result) }
    _ = try runner.run(inputs) { id, value in
      if watched[id] != nil { try add(id, value, name, &result) }
    }
    moments = result
  }

  private func add(
    _ id: ValueID, _ value: RuntimeTensor, _ name: String,
    _ moments: inout [NormalizationMoments]
  ) throws {
    guard let places = watched[id], let first = places.first, value.count > 0 else { return }
    let site = sites[first]
    guard let batch = ChannelMoments.channels(of: value.doubles(), shape: value.shape),
      places.allSatisfy({ sites[$0].channels == batch.count })
    else {
      throw CalibrationError(
        .unsupported,
        "\"\(site.name)\" has \(site.channels) channels and reads a value of shape \(value.shape)")
    }
    guard forward == .running || (batch.first?.count ?? 0) > 1 else {
      throw CalibrationError(
        .usage,
        "\"\(site.name)\" reads one number for each channel in \(name), which has no variance; "
          + "choose another --batch-size, leave the rest out with --samples, or take "
          + "--forward running")
    }
    for place in places { moments[place].add(batch: batch) }
  }
}
