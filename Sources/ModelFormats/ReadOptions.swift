/// What a reader may do and how much it may take.
public struct ReadOptions: Sendable {
  /// How much of everything a file may hold.
  public var limits = ReadLimits()
  /// Paths to open for names of external data instead of looking for them beside the model, so
  /// that an output can be read back before its files have their final names.
  public var externalDataOverrides: [String: String] = [:]
  /// Folders that symbolic links to external data may lead into.
  public var symlinkFolders: [String] = []
  /// Reads versions of the format that are not known.
  public var allowsUnknownVersions = false
  /// Compares checksums where the file gives them; reads all external data.
  public var verifiesChecksums = false
  /// What readers of single formats have to be told, for those who know these formats.
  public var formats: (any Sendable)?

  /// The default options.
  public init() {}
}
