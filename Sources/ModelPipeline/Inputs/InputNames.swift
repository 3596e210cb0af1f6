internal import ModelIR
internal import ModelVerification

/// Holds the names that a user gave against a model's inputs: a misspelt one would otherwise be
/// passed over in silence.
enum InputNames {
  /// Throws a usage error for a name that is no input of the model.
  static func check(_ options: VerificationOptions, against model: Model) throws {
    try check(
      options.inputs.flatMap(\.keys) + options.shapes.keys + options.inputRanges.keys,
      against: model)
  }

  /// The extents given by name, by input.
  ///
  /// Errors: a usage error for a name that is no input, and for extents that contradict the file.
  static func shapes(_ given: [String: [Int]], of model: Model) throws -> [ValueID: [Int]] {
    try check(Array(given.keys), against: model)
    var result: [ValueID: [Int]] = [:]
    for input in model[model.mainGraph].inputs {
      let value = model[input]
      guard let shape = given[value.name] else { continue }
      if let dimensions = value.type?.dimensions {
        let fits =
          dimensions.count == shape.count
          && zip(dimensions, shape).allSatisfy { $0.value == nil || $0.value == $1 }
        guard fits else {
          throw PipelineError(
            .usage, "input \"\(value.name)\" does not take the given shape \(shape)")
        }
      }
      result[input] = shape
    }
    return result
  }

  /// Extents of inputs of which only the first is open: the batch, taken as 1.
  static func batchesOfOne(_ model: Model) -> [ValueID: [Int]] {
    var result: [ValueID: [Int]] = [:]
    for input in model.requiredInputs(of: model.mainGraph) {
      guard let dimensions = model[input].type?.dimensions, let first = dimensions.first,
        first.value == nil
      else { continue }
      let rest = dimensions.dropFirst().compactMap(\.value)
      if rest.count == dimensions.count - 1 { result[input] = [1] + rest }
    }
    return result
  }

  private static func check(_ given: [String], against model: Model) throws {
    let inputs = model[model.mainGraph].inputs.map { model[$0].name }
    guard let unknown = given.sorted().first(where: { !inputs.contains($0) }) else { return }
    let required = model.requiredInputs(of: model.mainGraph).map { "\"\(model[$0].name)\"" }
    throw PipelineError(
      .usage,
      "the model has no input \"\(unknown)\"; it has \(required.joined(separator: ", "))")
  }
}
