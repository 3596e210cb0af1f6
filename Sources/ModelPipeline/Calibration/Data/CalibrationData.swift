internal import ByteStore
internal import GraphEvaluation
internal import ModelCalibration
internal import ModelFormats
internal import ModelIR
internal import NumPyFormat

/// The samples that a user gives for a model's inputs.
struct CalibrationData: Sendable {
  /// In the model's order.
  private let inputs: [BoundInput]
  /// How many samples there are.
  let count: Int
  /// What a user should know.
  private(set) var notes: [String] = []

  /// Opens files for the inputs of a model.
  ///
  /// An .npz has an array for each input, NAME=FILE one for that input, and any other file is for
  /// the only input. Files of the same input go on from each other in the order given.
  ///
  /// Errors: `FormatError`, `FileAccessError`; `PipelineError` for what does not fit the model.
  init(_ request: CalibrationRequest, for model: Model) throws {
    let required = model.requiredInputs(of: model.mainGraph)
    let all = model[model.mainGraph].inputs
    let names = all.map { model[$0].name }
    var arrays: [ValueID: [(file: ByteSource, tensor: Tensor)]] = [:]
    var extra: Set<String> = []
    for argument in request.data {
      let file = try DataFile(argument)
      for (name, tensor) in file.arrays {
        if let name {
          if let place = names.firstIndex(of: name) {
            arrays[all[place], default: []].append((file.source, tensor))
          } else if file.isNamed {
            throw PipelineError(
              .usage, "the model has no input \"\(name)\"; it has \(Self.list(required, model))")
          } else {
            extra.insert("\"\(name.printable())\"")
          }
        } else {
          guard required.count == 1 else {
            throw PipelineError(
              .usage,
              "\(file.source.path) does not say which input it is for; give it as NAME=FILE, with "
                + "a name of \(Self.list(required, model))")
          }
          arrays[required[0], default: []].append((file.source, tensor))
        }
      }
    }
    if let missing = required.first(where: { arrays[$0] == nil }) {
      let found = extra.isEmpty ? "" : "; the data has \(extra.sorted().joined(separator: ", "))"
      throw PipelineError(
        .badInput, "there is no data for the input \"\(model[missing].name.printable())\"\(found)")
    }
    if !extra.isEmpty {
      let list = extra.sorted().joined(separator: ", ")
      notes.append("the model has no input \(list): passed over")
    }
    inputs = try all.compactMap { input in
      guard let parts = arrays[input] else { return nil }
      let source = try ArraySamples(parts, name: "\"\(model[input].name.printable())\"")
      return try BoundInput(input, source, in: model, scaling: request.scaling)
    }
    count = try Self.count(inputs, request.samples)
    let facts = inputs.flatMap(\.source.facts) + [request.scaling.facts]
    digest = SHA256.hex(Array(facts.joined(separator: "\n").utf8))
  }

  private static func list(_ inputs: [ValueID], _ model: Model) -> String {
    inputs.map { "\"\(model[$0].name.printable())\"" }.joined(separator: ", ")
  }

  /// As many samples as every input has, or as are asked for.
  private static func count(_ inputs: [BoundInput], _ wanted: Int?) throws -> Int {
    let counts = inputs.map(\.source.count)
    guard let first = counts.first, counts.allSatisfy({ $0 == first }) else {
      let each = inputs.map { "\($0.source.name): \($0.source.count)" }
      throw PipelineError(
        .badInput, "inputs have different numbers of samples (\(each.joined(separator: ", ")))")
    }
    guard first > 0 else { throw PipelineError(.badInput, "the data has no samples") }
    guard let wanted else { return first }
    guard wanted <= first else {
      throw PipelineError(.usage, "--samples asks for \(wanted), and the data has \(first)")
    }
    return wanted
  }

  /// How many samples the model insists on at once; nil where it takes any number.
  var fixedBatch: Int? { inputs.compactMap(\.fixedBatch).first }

  /// What tells this data from other data without reading all of it: a digest of names, sizes,
  /// shapes and settings.
  let digest: String

  /// What the data is, in a line for each input.
  var lines: [String] {
    inputs.map { "\($0.source.name): \($0.source.count) × \($0.source.shape)" }
  }

  /// A mini-batch.
  func batch(_ range: Range<Int>) throws -> [ValueID: RuntimeTensor] {
    try Dictionary(
      inputs.map { ($0.input, try $0.batch(range)) }, uniquingKeysWith: { first, _ in first })
  }

  /// Throws when a file changed since it was opened.
  func checkUnchanged() throws { for input in inputs { try input.source.checkUnchanged() } }
}
