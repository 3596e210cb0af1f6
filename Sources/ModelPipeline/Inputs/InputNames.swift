internal import ModelIR
internal import ModelVerification

/// Holds the names that a user gave against a model's inputs: a misspelt one would otherwise be
/// passed over in silence.
enum InputNames {
  /// Throws a usage error for a name that is no input of the model.
  static func check(_ options: VerificationOptions, against model: Model) throws {
    let inputs = model[model.mainGraph].inputs.map { model[$0].name }
    let given =
      options.inputs.flatMap(\.keys) + options.shapes.keys + options.inputRanges.keys
    guard let unknown = given.sorted().first(where: { !inputs.contains($0) }) else { return }
    let required = model.requiredInputs(of: model.mainGraph).map { "\"\(model[$0].name)\"" }
    throw PipelineError(
      .usage,
      "the model has no input \"\(unknown)\"; it has \(required.joined(separator: ", "))")
  }
}
