/// How the body of a protobuf record is written: the low three bits of its tag.
public enum WireType: UInt8, Sendable, Hashable {
  /// A base-128 number of at most ten bytes.
  case varint = 0
  /// Eight bytes.
  case fixed64 = 1
  /// A length, then as many bytes: strings, messages, packed numbers.
  case lengthDelimited = 2
  /// Everything up to the matching end; obsolete, and skipped.
  case startGroup = 3
  /// The end of a group.
  case endGroup = 4
  /// Four bytes.
  case fixed32 = 5
}
