public import ModelReports

extension ExperimentReport {
  /// The members of the JSON object behind `schema` and `version`.
  public var members: [JSONValue.Member] {
    var members: [JSONValue.Member] = [
      .init("digits", .string(digits.source)),
      .init("training", .integer(digits.counts.training)),
      .init("test", .integer(digits.counts.test)),
      .init("steps", .integer(options.steps)),
      .init("batch", .integer(options.batch)),
      .init("seed", .string("\(options.seed)")),
    ]
    if !sigmoid.isEmpty { members.append(.init("sigmoid", Self.runs(sigmoid))) }
    if !rates.isEmpty { members.append(.init("rates", Self.runs(rates))) }
    if !networks.isEmpty {
      members.append(.init("networks", .array(networks.map(Self.network))))
    }
    return members
  }

  private static func runs(_ runs: [TrainingRun]) -> JSONValue {
    let goal = goal(of: runs)
    return .array(
      runs.map { run in
        let drift = ActivationDrift(run)
        return .object([
          .init("name", .string(run.name)),
          .init("activation", .string(run.plan.activation.rawValue)),
          .init("normalized", .bool(run.plan.isNormalized)),
          .init("rate", .number(run.options.rate)),
          .init("best", .number(run.best)),
          .init("final", .number(run.final)),
          .init("steps_to_goal", run.steps(to: goal).map { .integer($0) } ?? .null),
          .init("goal", .number(goal)),
          .init("failure", run.failure.map { .string($0) } ?? .null),
          .init("median_drift", drift.map { .number($0.median) } ?? .null),
          .init("spread_ratio", drift.map { .number($0.spreadRatio) } ?? .null),
          .init("typical_unit", drift.map { .integer($0.typicalUnit) } ?? .null),
          .init("checkpoints", checkpoints(run, unit: drift?.typicalUnit)),
        ])
      })
  }

  private static func checkpoints(_ run: TrainingRun, unit: Int?) -> JSONValue {
    .array(
      run.checkpoints.map { checkpoint in
        var members: [JSONValue.Member] = [
          .init("step", .integer(checkpoint.step)),
          .init("accuracy", .number(checkpoint.accuracy)),
          .init("loss", checkpoint.loss.map { .number($0) } ?? .null),
        ]
        if let unit, checkpoint.activations.indices.contains(unit) {
          let part = checkpoint.activations[unit]
          members.append(
            .init(
              "percentiles", .array([.number(part.low), .number(part.middle), .number(part.high)])))
        }
        return .object(members)
      })
  }

  private static func network(_ network: FoldedNetwork) -> JSONValue {
    .object([
      .init("name", .string(network.name)),
      .init("accuracy", .number(network.accuracy)),
      .init("normalizations", .integer(network.normalizations)),
      .init("folded", .integer(network.folded)),
      .init("folded_in_safetensors", .integer(network.foldedWeights)),
      .init("verified", .bool(network.isVerified)),
      .init("samples", .integer(network.classes.samples)),
      .init("decided", .integer(network.classes.decided)),
      .init("same_class_of_decided", .integer(network.classes.sameOfDecided)),
      .init("same_class", .integer(network.classes.same)),
      .init("largest_difference", .number(network.classes.largestDifference)),
      .init("files", .array(network.files.map { .string($0) })),
    ])
  }

  /// All checkpoints as comma-separated values: experiment, network, step, accuracy, loss, and the
  /// percentiles of the typical unit.
  public var table: String {
    var text = "experiment,network,step,accuracy,loss,p15,p50,p85\n"
    for (experiment, runs) in [("sigmoid", sigmoid), ("rates", rates)] {
      for run in runs {
        let unit = ActivationDrift(run)?.typicalUnit ?? 0
        for checkpoint in run.checkpoints {
          var cells = [experiment, run.name, "\(checkpoint.step)", "\(checkpoint.accuracy)"]
          cells.append(checkpoint.loss.map { "\($0)" } ?? "")
          let part =
            checkpoint.activations.indices.contains(unit)
            ? checkpoint.activations[unit] : nil
          cells += [part?.low, part?.middle, part?.high].map { $0.map { "\($0)" } ?? "" }
          text += cells.joined(separator: ",") + "\n"
        }
      }
    }
    return text
  }
}
