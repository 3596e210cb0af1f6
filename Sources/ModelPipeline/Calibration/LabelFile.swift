internal import ByteStore
internal import GraphEvaluation
internal import ModelFormats
internal import ModelIR

/// The class of each sample.
enum LabelFile {
  /// The labels of a request; nil where there are none.
  ///
  /// Errors: `FormatError`, `FileAccessError`; `PipelineError` for a file that does not hold a whole
  /// number for each sample.
  static func labels(
    _ request: CalibrationRequest, _ session: CalibrationSession
  ) throws -> [Int64]? {
    guard let path = request.labels else { return nil }
    if path == "folders" {
      guard let labels = try session.data.folderLabels() else {
        throw PipelineError(.usage, "--labels folders is for images in folders")
      }
      return Array(labels.prefix(session.data.count))
    }
    let source = try ByteSource(file: path)
    let arrays = try DataFile.read(source)
    guard arrays.count == 1 else {
      throw PipelineError(.badInput, "\(path) has \(arrays.count) arrays; labels are one")
    }
    let tensor = arrays[0].tensor
    guard tensor.shape.dimensions.dropFirst().allSatisfy({ $0 == 1 }),
      let labels = try RuntimeTensor(tensor, precision: .stored).integers
    else {
      throw PipelineError(
        .badInput,
        "\(path) holds \(tensor.dataType.name)\(tensor.shape); labels are a whole number for each "
          + "sample")
    }
    // Where only the first samples are taken, so are their labels.
    let isEnough = request.samples != nil && labels.count > session.data.count
    guard labels.count == session.data.count || isEnough else {
      throw PipelineError(
        .badInput, "\(path) has \(labels.count) labels for \(session.data.count) samples")
    }
    return Array(labels.prefix(session.data.count))
  }
}
