internal import GraphEvaluation
internal import ModelCalibration
internal import ModelIR
internal import ModelReports

/// How often a model gives the right class the highest score.
enum AccuracyCount {
  /// Counts for the model as it was and as it is now, both with stored statistics.
  ///
  /// Errors: `EvaluationError`; `PipelineError` where the output holds no scores for the labels.
  static func report(
    _ labels: [Int64], _ session: CalibrationSession, after: Model
  ) throws -> CalibrationReport.Accuracy {
    CalibrationReport.Accuracy(
      samples: labels.count, before: try right(session.opened.model, labels, session),
      after: try right(after, labels, session))
  }

  private static func right(
    _ model: Model, _ labels: [Int64], _ session: CalibrationSession
  ) throws -> Int {
    let output = try output(of: model, session.request.scores)
    let runner = GraphRunner(
      model: model, precision: session.precision, options: session.evaluation)
    var right = 0
    for block in 0..<session.plan.blocks {
      for batch in session.plan.batches(of: block) {
        guard let scores = try runner.run(session.data.batch(batch))[output] else { continue }
        right += try count(scores, labels[batch], model[output].name)
      }
    }
    return right
  }

  private static func output(of model: Model, _ name: String?) throws -> ValueID {
    let outputs = model[model.mainGraph].outputs
    let list = outputs.map { "\"\(model[$0].name)\"" }.joined(separator: ", ")
    guard let name else {
      guard outputs.count == 1 else {
        throw PipelineError(
          .usage,
          "the model has outputs \(list); --scores names the one with a score for each class"
        )
      }
      return outputs[0]
    }
    guard let found = outputs.first(where: { model[$0].name == name }) else {
      throw PipelineError(.usage, "the model has no output \"\(name)\"; it has \(list)")
    }
    return found
  }

  /// Of equal scores the first one counts, as numpy.argmax has it; NaN is never right.
  private static func count(
    _ scores: RuntimeTensor, _ labels: ArraySlice<Int64>, _ name: String
  ) throws -> Int {
    let numbers = scores.doubles()
    let classes = numbers.count / max(1, labels.count)
    guard scores.shape.first == labels.count, classes * labels.count == numbers.count, classes > 0
    else {
      throw PipelineError(
        .badInput,
        "\"\(name)\" has shape \(scores.shape) for \(labels.count) samples; a score for each class "
          + "is needed")
    }
    var right = 0
    for (position, label) in labels.enumerated() {
      guard (0..<Int64(classes)).contains(label) else {
        throw PipelineError(
          .badInput,
          "label \(label) of sample \(labels.startIndex + position) is no class: \"\(name)\" has "
            + "\(classes)")
      }
      let row = numbers[(position * classes)..<((position + 1) * classes)]
      guard let best = row.max(), let first = row.firstIndex(of: best) else { continue }
      if first - row.startIndex == Int(label), !row.contains(where: \.isNaN) { right += 1 }
    }
    return right
  }
}
