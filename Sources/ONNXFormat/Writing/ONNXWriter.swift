public import ByteStore
public import ModelFormats
public import ModelIR

/// Writes a model that was read from ONNX and edited: every record that no edit names is copied as
/// it stands, so that a model in which nothing changed comes out byte for byte.
///
/// A model with external data gets data files of its own beside it (`ExternalPlanner` says which);
/// the input's files are never touched. A model file that would exceed protobuf's limit of 2 GiB
/// moves its initializers out into a data file.
///
/// Errors of `write`: `UnwritableTensor` for elements that their type cannot hold, `FormatError`,
/// `FileAccessError`.
public struct ONNXWriter: ModelWriter {
  /// The format it writes.
  public static let format = ModelFormat(name: "ONNX", fileExtensions: ["onnx"])

  /// Treats every node, attribute and initializer as changed, so that all of them are packed anew:
  /// a test of packing, and no way to a canonical form.
  public var rewritesEverything = false
  /// Bytes that a model file may have: protobuf's limit.
  public var messageLimit = Int(Int32.max)

  /// A writer for models that were read from ONNX.
  public init() {}

  /// Writes a model that was made from `original` by edits, its data files first.
  public func write(
    _ model: Model, basedOn original: ReadResult, to output: OutputFiles
  ) throws {
    let changes = ModelChanges(from: original.model, to: model)
    func splice(_ plan: ExternalPlan) throws -> ModelSplice {
      try ModelSplice(
        model, basedOn: original, changes: changes, plan: plan,
        rewritesEverything: rewritesEverything)
    }
    func planned(
      _ survey: ModelSplice, movingAll: Bool
    ) throws -> (model: Rope, data: [(name: String, rope: Rope)]) {
      var planner = ExternalPlanner(survey)
      planner.plan(movingAll: movingAll)
      let (plan, data) = planner.result { Self.names($0, for: output, avoiding: original) }
      return (try splice(plan).model(), data)
    }

    let survey = try splice(.none)
    var rope = try survey.model()
    var data: [(name: String, rope: Rope)] = []
    if !original.externalSources.isEmpty {
      (rope, data) = try planned(survey, movingAll: false)
    }
    // An input beyond the limit may stay so; nothing is made that was readable and is not any more.
    let limit = max(messageLimit, original.source.count > messageLimit ? original.source.count : 0)
    if rope.count > limit { (rope, data) = try planned(survey, movingAll: true) }
    guard rope.count <= limit else {
      throw FormatError(
        .limitExceeded(.fileBytes, found: rope.count, allowed: messageLimit),
        at: InputLocation(file: output.model.path))
    }

    for (name, rope) in data { try rope.write(to: output.addData(named: name), of: model) }
    try rope.write(to: output.model, of: model)
    try original.checkUnchanged()
  }

  /// Names for data files that none of the input's files has.
  private static func names(
    _ count: Int, for output: OutputFiles, avoiding original: ReadResult
  ) -> [String] {
    func isInput(_ name: String) -> Bool {
      guard let path = output.dataPath(named: name) else { return false }
      return original.source.isFile(at: path)
        || original.externalSources.values.contains { $0.isFile(at: path) }
    }
    let single = "\(output.modelName).data"
    if count == 1 && !isInput(single) { return [single] }
    var names: [String] = []
    var number = 0
    while names.count < count {
      number += 1
      let name = "\(output.modelName).\(number).data"
      if !isInput(name) { names.append(name) }
    }
    return names
  }
}
