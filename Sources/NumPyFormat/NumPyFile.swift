public import ByteStore
public import ModelFormats

/// Reads .npy and .npz files, told apart by their content.
public enum NumPyFile {
  /// The format's name and endings.
  public static let format = ModelFormat(name: "NumPy", fileExtensions: ["npz", "npy"])

  /// How likely a file is of this format.
  public static func probe(_ candidate: ProbeCandidate) -> ProbeConfidence {
    if candidate.has(NPYHeader.magic) { return .magic }
    let isNamed = format.fileExtensions.contains(candidate.fileExtension)
    guard isArchive(candidate) else { return isNamed ? .fileExtension : .none }
    // Many formats are zip archives.
    return isNamed ? .magic : .plausibleContent
  }

  /// All arrays of a file in order; the one of a .npy file has an empty name.
  ///
  /// Errors: `FormatError` for a file of another kind, a damaged one, and arrays of anything but
  /// numbers and bools; `FileAccessError`.
  public static func read(
    _ source: ByteSource, options: NumPyReadOptions = NumPyReadOptions()
  ) throws -> [NamedTensor] {
    let candidate = try ProbeCandidate(source)
    if isArchive(candidate) { return try NPZArchive(source, options: options).tensors() }
    let place = ArrayPlace(file: source.path)
    if !candidate.has(NPYHeader.magic), let foreign = ForeignFile(candidate) {
      throw place.error(.foreign(foreign))
    }
    let tensor = try NPYReader.tensor(source, 0..<source.count, options: options, place: place)
    return [NamedTensor(name: "", tensor: tensor)]
  }

  /// A member's local header, or the end record of an empty archive.
  private static func isArchive(_ candidate: ProbeCandidate) -> Bool {
    candidate.has([0x50, 0x4b, 3, 4]) || candidate.has([0x50, 0x4b, 5, 6])
  }
}
