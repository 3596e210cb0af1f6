internal import ByteStore
internal import GraphEvaluation
internal import ModelCalibration
internal import ModelIR

/// The samples that a user gives for a model's inputs.
struct CalibrationData: Sendable {
  /// In the model's order.
  private let inputs: [BoundInput]
  /// What is the same for every sample.
  private let fixed: [ValueID: RuntimeTensor]
  /// How many samples there are.
  let count: Int
  /// What a user should know.
  let notes: [String]

  /// Opens files and folders for the inputs of a model; see `DataFiles`.
  ///
  /// Errors: `FormatError`, `FileAccessError`; `PipelineError` for what does not fit the model.
  init(_ request: CalibrationRequest, for model: Model) throws {
    var files = DataFiles(model)
    for argument in request.data { try files.add(argument) }
    inputs = try files.sources(request.images).map { input, source in
      try BoundInput(input, source, in: model, scaling: request.images.scaling)
    }
    notes = files.notes
    fixed = files.fixed
    count = try Self.count(inputs, request.samples)
    let numbers = fixed.sorted { $0.key < $1.key }.map {
      "number \($0.key.index) \($0.value.doubles())"
    }
    let facts = inputs.flatMap(\.source.facts) + numbers + [request.images.scaling.facts]
    digest = SHA256.hex(Array(facts.joined(separator: "\n").utf8))
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
    var batch = fixed
    for input in inputs { batch[input.input] = try input.batch(range) }
    return batch
  }

  /// The classes that the folders of images tell; nil where no input has images.
  func folderLabels() throws -> [Int64]? {
    try inputs.lazy.compactMap { $0.source as? ImageSamples }.first?.labels()
  }

  /// Throws when a file changed since it was opened.
  func checkUnchanged() throws { for input in inputs { try input.source.checkUnchanged() } }
}
