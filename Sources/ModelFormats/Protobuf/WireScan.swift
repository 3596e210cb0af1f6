/// A file's structure without its bulk data.
public struct WireScan: Sendable {
  /// The message with an index into `payloads` in place of each payload field.
  ///
  /// Numbers are replaced by the index (as a bit pattern where they are floats), bytes by the index in four little-endian
  /// bytes. Unknown fields, groups and prose are left out. Lengths are over-long varints.
  public var skeleton: [UInt8]
  /// Where the bulk data lie.
  public var payloads: [PayloadRun]
  /// Prose that is not valid UTF-8.
  public var diagnostics: [Diagnostic]
}
