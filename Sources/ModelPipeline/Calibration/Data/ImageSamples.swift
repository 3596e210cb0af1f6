internal import ByteStore
internal import GraphEvaluation
internal import ImageFormat
internal import ModelCalibration
internal import ModelFormats
internal import ModelIR

/// The images below a folder, in the order of their paths, as samples of an input.
struct ImageSamples: SampleSource {
  let name: String
  let shape: [Int]
  let facts: [String]
  private let folder: String
  private let files: [String]
  private let sizes: [FileFacts?]
  private let preparation: ImagePreparation
  private let scaling: PixelScaling
  private let channels: Int

  var count: Int { files.count }
  /// Exact; the input's type rounds them.
  var dataType: DataType { .float64 }

  /// Lists a folder; `settings` says what samples of the input are made of.
  ///
  /// Errors: `FileAccessError` for a folder that cannot be read; `PipelineError` for one without
  /// images, and for an input that takes none.
  init(_ folder: String, _ settings: ImageSettings, for input: ValueID, in model: Model) throws {
    self.folder = folder
    let name = "\"\(model[input].name.printable())\""
    self.name = name
    files = try Self.files(below: folder)
    guard !files.isEmpty else {
      throw PipelineError(
        .badInput,
        "there is no image in \(folder) (\(ImageFile.extensions.joined(separator: ", ")))")
    }
    let extents = model[input].type?.dimensions.map { $0.dropFirst().map(\.value) } ?? []
    guard model[input].type?.dataType.map({ $0.unitRoundoff != nil }) ?? true, extents.count == 3
    else {
      throw PipelineError(
        .badInput, "the input \(name) takes no images: four axes of floats are expected")
    }
    guard let layout = settings.scaling.layout ?? PixelScaling.Layout(extents) else {
      throw PipelineError(
        .usage, "which axis of the input \(name) are channels? --layout NCHW or NHWC says it")
    }
    let (deep, high, wide) = layout == .nchw ? (0, 1, 2) : (2, 0, 1)
    let channels = extents[deep] ?? 3
    guard channels == 1 || channels == 3 else {
      throw PipelineError(
        .badInput, "the input \(name) has \(channels) channels; images have 1 or 3")
    }
    let size = settings.size
    guard let height = size?.height ?? extents[high], let width = size?.width ?? extents[wide]
    else {
      throw PipelineError(
        .usage, "the input \(name) leaves its size open; --crop height,width says it")
    }
    guard height > 0, width > 0, height <= ImageFile.mostPixels / width else {
      throw PipelineError(.badInput, "samples of \(height) × \(width) pixels cannot be made")
    }
    self.channels = channels
    shape = layout == .nchw ? [channels, height, width] : [height, width, channels]
    preparation = settings.preparation(height: height, width: width, layout: layout)
    var scaling = settings.scaling
    scaling.layout = layout
    self.scaling = scaling
    guard scaling.fits(shape) else {
      throw PipelineError(
        .usage, "--mean and --std need one number, or one for each of \(channels) channels")
    }
    sizes = files.map { FileFacts("\(folder)/\($0)") }
    facts =
      zip(files, sizes).map { "image \($0) \($1?.count ?? -1)" } + [
        preparation.facts, scaling.facts,
      ]
  }

  /// The images below a folder, sorted by path.
  private static func files(below folder: String) throws -> [String] {
    let endings = ImageFile.extensions.map { ".\($0)" }
    return try FolderTree.files(below: folder) { path in
      let name = path.lowercased()
      return endings.contains(where: name.hasSuffix)
    }
  }

  /// The class of each image: the place of its outermost folder among all of them, by name.
  ///
  /// Errors: `PipelineError` where an image stands in no folder.
  func labels() throws -> [Int64] {
    let folders = try files.map { file in
      guard let slash = file.firstIndex(of: "/") else {
        throw PipelineError(
          .badInput, "\(folder)/\(file) stands in no folder that would be its class")
      }
      return String(file[..<slash])
    }
    let classes = Dictionary(
      Set(folders).sorted().enumerated().map { ($1, Int64($0)) },
      uniquingKeysWith: { first, _ in first })
    return folders.compactMap { classes[$0] }
  }

  func elements(_ range: Range<Int>) throws -> RuntimeElements {
    var result: [Double] = []
    for file in files[range] {
      let source = try ByteSource(file: "\(folder)/\(file)")
      let image = try ImageFile.read(source, gray: channels == 1)
      guard
        let numbers = preparation.sample(
          bytes: image.bytes, width: image.width, height: image.height, channels: image.channels)
      else {
        throw PipelineError(
          .usage,
          "\(folder)/\(file) has \(image.width) × \(image.height) pixels; scaled by --resize it is "
            + "smaller than a sample")
      }
      result += scaling.scaled(numbers, shape: shape)
    }
    return .double(result)
  }

  func checkUnchanged() throws {
    for (file, size) in zip(files, sizes) where FileFacts("\(folder)/\(file)") != size {
      throw FileAccessError(
        operation: "read", path: "\(folder)/\(file)", problem: .changedWhileReading)
    }
  }
}
