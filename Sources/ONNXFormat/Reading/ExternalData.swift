internal import ByteStore
internal import ModelFormats

/// Opens the files that tensors name, each once; the one way to any of them.
final class ExternalData {
  private let modelPath: String
  private let options: ReadOptions
  /// The open files by the name the model gives them.
  private(set) var sources: [String: ByteSource] = [:]

  init(modelPath: String, options: ReadOptions) {
    self.modelPath = modelPath
    self.options = options
  }

  /// The file at a location relative to the model.
  ///
  /// Errors: `FileAccessError`; the location is contained as `ContainedPath` says.
  func open(_ location: String) throws(FileAccessError) -> ByteSource {
    if let source = sources[location] { return source }
    let source: ByteSource
    if let path = options.externalDataOverrides[location] {
      source = try ByteSource(file: path)
    } else {
      source = try ContainedPath(location).open(
        beside: modelPath, allowingLinksInto: options.symlinkFolders)
    }
    sources[location] = source
    return source
  }
}
