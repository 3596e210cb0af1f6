internal import ByteStore
internal import GraphEvaluation
internal import ModelCalibration
internal import ModelFormats
internal import ModelIR

/// The files that a user gives, sorted by the inputs they are for.
///
/// An .npz has an array for each input, NAME=FILE one for that input, and any other file or folder
/// of images is for the only input. Files of the same input go on from each other in the order
/// given. A single number for an input without axes is the same for every sample.
struct DataFiles {
  private let model: Model
  private let required: [ValueID]
  private var arrays: [ValueID: [(file: ByteSource, tensor: Tensor)]] = [:]
  private var folders: [ValueID: String] = [:]
  /// Single numbers.
  private(set) var fixed: [ValueID: RuntimeTensor] = [:]
  /// Names of arrays that are no inputs.
  private var extra: Set<String> = []

  init(_ model: Model) {
    self.model = model
    required = model.requiredInputs(of: model.mainGraph)
  }

  /// What a user should know.
  var notes: [String] {
    extra.isEmpty
      ? [] : ["the model has no input \(extra.sorted().joined(separator: ", ")): passed over"]
  }

  /// Opens a file, or notes a folder.
  ///
  /// Errors: `FormatError`, `FileAccessError`; `PipelineError` for what is no input of the model.
  mutating func add(_ argument: String) throws {
    if let (name, folder) = Self.folder(argument) {
      let input = try name.map { try self.input($0) } ?? onlyInput(folder)
      guard folders.updateValue(folder, forKey: input) == nil, arrays[input] == nil else {
        throw mixed(input)
      }
      return
    }
    let file = try DataFile(argument)
    for (name, tensor) in file.arrays {
      let input: ValueID
      if let name {
        guard file.isNamed || isInput(name) else {
          extra.insert("\"\(name.printable())\"")
          continue
        }
        input = try self.input(name)
      } else {
        input = try onlyInput(file.source.path)
      }
      if tensor.shape.rank == 0, model[input].type?.dimensions?.isEmpty == true {
        try fix(input, tensor)
        continue
      }
      guard folders[input] == nil else { throw mixed(input) }
      arrays[input, default: []].append((file.source, tensor))
    }
  }

  private mutating func fix(_ input: ValueID, _ tensor: Tensor) throws {
    let type = model[input].type?.dataType ?? tensor.dataType
    guard tensor.dataType == type, fixed[input] == nil else {
      throw PipelineError(
        .badInput, "the input \(Self.quoted(input, model)) takes one number of \(type.name)")
    }
    fixed[input] = try RuntimeTensor(tensor, precision: .stored)
  }

  /// What each input gets, in the model's order.
  ///
  /// Errors: `PipelineError` for an input without data, and for files that do not go together.
  func sources(_ images: ImageSettings) throws -> [(input: ValueID, source: any SampleSource)] {
    if let missing = required.first(where: {
      arrays[$0] == nil && folders[$0] == nil && fixed[$0] == nil
    }) {
      let found = extra.isEmpty ? "" : "; the data has \(extra.sorted().joined(separator: ", "))"
      throw PipelineError(
        .badInput, "there is no data for the input \(Self.quoted(missing, model))\(found)")
    }
    return try model[model.mainGraph].inputs.compactMap { input in
      if let folder = folders[input] {
        return (input, try ImageSamples(folder, images, for: input, in: model))
      }
      return try arrays[input].map {
        (input, try ArraySamples($0, name: Self.quoted(input, model)))
      }
    }
  }

  /// FOLDER or NAME=FOLDER; nil where it is none.
  private static func folder(_ argument: String) -> (name: String?, folder: String)? {
    if FolderTree.isFolder(argument) { return (nil, argument) }
    guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else {
      return nil
    }
    let folder = String(argument[argument.index(after: equals)...])
    return FolderTree.isFolder(folder) ? (String(argument[..<equals]), folder) : nil
  }

  private func isInput(_ name: String) -> Bool {
    model[model.mainGraph].inputs.contains { model[$0].name == name }
  }

  private func input(_ name: String) throws -> ValueID {
    guard let found = model[model.mainGraph].inputs.first(where: { model[$0].name == name }) else {
      throw PipelineError(
        .usage, "the model has no input \"\(name.printable())\"; it has \(list)")
    }
    return found
  }

  private func onlyInput(_ path: String) throws -> ValueID {
    guard required.count == 1 else {
      throw PipelineError(
        .usage,
        "\(path) does not say which input it is for; give it as NAME=\(path), with a name "
          + "of \(list)")
    }
    return required[0]
  }

  private func mixed(_ input: ValueID) -> PipelineError {
    PipelineError(
      .usage, "the input \(Self.quoted(input, model)) takes one folder of images, or files")
  }

  private var list: String { required.map { Self.quoted($0, model) }.joined(separator: ", ") }

  private static func quoted(_ input: ValueID, _ model: Model) -> String {
    "\"\(model[input].name.printable())\""
  }
}
