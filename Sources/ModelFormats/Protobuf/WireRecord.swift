/// One field of a message as it stands in the file.
public struct WireRecord: Sendable, Hashable {
  /// The field's number.
  public var number: Int
  /// How the body is written.
  ///
  /// A whole group is one record of type `.startGroup`.
  public var wireType: WireType
  /// The bytes from the tag to the end of the body.
  public var range: Range<Int>
  /// The bytes of the body: the number, or what follows the length.
  public var body: Range<Int>

  /// Makes a record from its parts.
  public init(number: Int, wireType: WireType, range: Range<Int>, body: Range<Int>) {
    self.number = number
    self.wireType = wireType
    self.range = range
    self.body = body
  }
}
