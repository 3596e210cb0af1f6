internal import ModelFormats
internal import ONNXFormat

/// Every format that can be read or written.
enum Formats {
  static let registry = FormatRegistry([ONNXReader()])

  /// The writer that edits files which this reader reads.
  static func writer(for reader: any ModelReader) -> (any ModelWriter)? {
    reader is ONNXReader ? ONNXWriter() : nil
  }
}
