// Both, because either may be seen as the owner of the C library's header.
internal import CModelSchemas
internal import CProtobufC

/// What the views of this folder share: C arrays and strings as Swift values.
///
/// The views hold pointers into a message that lives as long as the call of `MessageUnpacker` that
/// hands them out; none is kept beyond it.
enum CMessageAccess {
  static func list<Message, View>(
    _ count: Int, _ items: UnsafeMutablePointer<UnsafeMutablePointer<Message>?>?,
    _ view: (UnsafePointer<Message>) -> View
  ) -> [View] {
    guard let items = unsafe items else { return [] }
    return unsafe UnsafeBufferPointer(start: items, count: count).compactMap { item in
      guard let item = unsafe item else { return nil }
      return unsafe view(UnsafePointer(item))
    }
  }

  static func one<Message, View>(
    _ item: UnsafeMutablePointer<Message>?, _ view: (UnsafePointer<Message>) -> View
  ) -> View? {
    guard let item = unsafe item else { return nil }
    return unsafe view(UnsafePointer(item))
  }

  static func text(_ string: UnsafeMutablePointer<CChar>?) -> String {
    guard let string = unsafe string else { return "" }
    return unsafe String(cString: string)
  }

  static func texts(
    _ count: Int, _ items: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
  ) -> [String] {
    guard let items = unsafe items else { return [] }
    return unsafe UnsafeBufferPointer(start: items, count: count).map { unsafe text($0) }
  }

  static func numbers<Number>(_ count: Int, _ items: UnsafeMutablePointer<Number>?) -> [Number] {
    guard let items = unsafe items else { return [] }
    return unsafe Array(UnsafeBufferPointer(start: items, count: count))
  }

  /// The index that the scanner put in place of bytes.
  static func index(_ data: ProtobufCBinaryData) -> Int? {
    guard unsafe data.len == 4, let bytes = unsafe data.data else { return nil }
    return (0..<4).reduce(0) { unsafe $0 | Int(bytes[$1]) << (8 * $1) }
  }

  static func indices(_ count: Int, _ items: UnsafeMutablePointer<ProtobufCBinaryData>?) -> [Int] {
    guard let items = unsafe items else { return [] }
    return unsafe UnsafeBufferPointer(start: items, count: count).compactMap { unsafe index($0) }
  }
}
