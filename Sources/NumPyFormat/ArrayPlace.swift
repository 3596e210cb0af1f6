internal import ModelFormats

/// Where an array stands, for messages.
struct ArrayPlace {
  /// The file, and the member's name with " (unpacked)" where offsets count unpacked bytes.
  var file: String
  /// The array's member of an archive; empty for a .npy file.
  var path: [InputLocation.PathElement] = []

  func location(_ offset: Int?) -> InputLocation {
    InputLocation(file: file, position: offset.map { .byte($0) } ?? .none, path: path)
  }

  func error(_ problem: FormatError.Problem, at offset: Int? = nil) -> FormatError {
    FormatError(problem, at: location(offset))
  }
}
