internal import ModelIR
internal import ModelVerification

/// Holds what a user recorded with another runtime against a model, before anything runs.
enum RecordedNames {
  /// Throws a usage error for samples that do not go together, a name that is no value of the
  /// model, an input without numbers, and a tolerance of nothing.
  static func check(_ options: VerificationOptions, against model: Model) throws {
    guard !options.expected.isEmpty else { return }
    guard options.expected.count == options.inputs.count else {
      throw PipelineError(
        .usage,
        "--expected holds \(options.expected.count) samples and --input \(options.inputs.count); "
          + "each needs the inputs it was recorded on")
    }
    let required = model.requiredInputs(of: model.mainGraph).map { model[$0].name }
    for (position, sample) in options.inputs.enumerated() {
      guard let missing = required.first(where: { sample[$0] == nil }) else { continue }
      throw PipelineError(
        .usage,
        "--input gives no numbers for \"\(missing)\" in sample \(position + 1); --expected needs "
          + "all the inputs it was recorded on")
    }
    let values = RecordedLayer.recordable(model)
    let named = options.expected.flatMap(\.keys)
    if let unknown = named.sorted().first(where: { values[$0] == nil }) {
      let outputs = model[model.mainGraph].outputs.map { "\"\(model[$0].name)\"" }
      throw PipelineError(
        .usage,
        "--expected has an array \"\(unknown)\", and no value of the model is called so; its "
          + "outputs are \(outputs.joined(separator: ", "))")
    }
    let tolerances =
      Array(options.tolerances.relativeByName.keys)
      + Array(options.tolerances.absoluteByName.keys)
    if let unknown = tolerances.sorted().first(where: { !named.contains($0) }) {
      throw PipelineError(
        .usage, "a tolerance is given for \"\(unknown)\", which --expected does not have")
    }
  }
}
