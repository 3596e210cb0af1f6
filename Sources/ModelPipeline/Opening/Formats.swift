internal import DarknetFormat
internal import ModelFormats
internal import ONNXFormat

/// Every format that can be read or written as a model.
enum Formats {
  /// The readers, set up as the user wants them.
  static func registry(_ settings: FormatSettings) -> FormatRegistry {
    FormatRegistry([
      ONNXReader(), WeightFileReader(settings.pairing), DarknetReader(settings.darknet),
    ])
  }

  /// The writer that edits files which this reader reads.
  static func writer(
    for reader: any ModelReader, _ settings: FormatSettings
  ) -> (any ModelWriter)? {
    switch reader {
    case is ONNXReader: ONNXWriter()
    case is WeightFileReader: WeightFileWriter(keepsIdentity: settings.pairing.keepsIdentity)
    case is DarknetReader: DarknetWriter()
    default: nil
    }
  }
}
