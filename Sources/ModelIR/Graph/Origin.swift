/// The record of a source file that something was read from.
///
/// It means something to the reader and writer of that one format only: for protobuf the ordinal
/// among the records of its kind in its message, for Darknet the section.
public struct Origin: Sendable, Hashable {
  /// The ordinal of the record among those of its kind.
  public var record: Int
  /// The record at an ordinal.
  public init(record: Int) { self.record = record }
}
