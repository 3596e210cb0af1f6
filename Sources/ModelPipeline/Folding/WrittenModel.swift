internal import ByteStore
internal import ModelFormats

/// Reads back what was written, before it has its name.
enum WrittenModel {
  /// The model in the temporary files, by the ordinary reader.
  static func read(
    _ files: OutputFiles, as reader: any ModelReader, _ options: ReadOptions
  ) throws -> ReadResult {
    var options = options
    options.externalDataOverrides = files.temporaryDataPaths
    let source = try ByteSource(file: files.model.temporaryPath)
    do {
      return try reader.read(source, options: options)
    } catch let error as FormatError {
      throw PipelineError.bug("what was written cannot be read back: \(error)")
    }
  }
}
