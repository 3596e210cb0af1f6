// Both, because either may be seen as the owner of the C library's header.
internal import CModelSchemas
internal import CProtobufC

/// Owns the memory of messages that are put together for libprotobuf-c to pack.
///
/// C structures point into it and never outlive it; all of it is freed at once.
@safe final class MessageArena {
  private var blocks: [UnsafeMutableRawPointer] = unsafe []

  deinit {
    while let block = unsafe blocks.popLast() { unsafe block.deallocate() }
  }

  /// A C string.
  ///
  /// What follows a NUL would be lost; names come from a reader that refuses NULs.
  func string(_ text: String) -> UnsafeMutablePointer<CChar> {
    let bytes = text.utf8.map { CChar(bitPattern: $0) } + [0]
    return unsafe elements(bytes)
  }

  /// Bytes with their count.
  func data(_ bytes: [UInt8]) -> ProtobufCBinaryData {
    unsafe ProtobufCBinaryData(len: bytes.count, data: elements(bytes))
  }

  /// An array in memory of its own.
  func elements<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
    let pointer = UnsafeMutablePointer<Element>.allocate(capacity: max(1, elements.count))
    for (index, element) in elements.enumerated() {
      unsafe (pointer + index).initialize(to: element)
    }
    unsafe blocks.append(UnsafeMutableRawPointer(pointer))
    return unsafe pointer
  }

  /// A message in memory of its own, set up by its generated function.
  func message<Message>(
    _ initialize: (UnsafeMutablePointer<Message>) -> Void
  ) -> UnsafeMutablePointer<Message> {
    let pointer = UnsafeMutablePointer<Message>.allocate(capacity: 1)
    unsafe initialize(pointer)
    unsafe blocks.append(UnsafeMutableRawPointer(pointer))
    return unsafe pointer
  }

  /// The bytes of a message.
  func pack<Message>(_ message: UnsafeMutablePointer<Message>) -> [UInt8] {
    // Every generated structure starts with the generic one.
    let base = unsafe UnsafeRawPointer(message).assumingMemoryBound(to: ProtobufCMessage.self)
    let size = unsafe protobuf_c_message_get_packed_size(base)
    return unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = size == 0 ? 0 : unsafe protobuf_c_message_pack(base, buffer.baseAddress)
    }
  }
}
