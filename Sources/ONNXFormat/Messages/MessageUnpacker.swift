// Both, because either may be seen as the owner of the C library's header.
internal import CModelSchemas
internal import CProtobufC
internal import ModelFormats

/// Lets libprotobuf-c unpack a skeleton and lends the result.
enum MessageUnpacker {
  /// Unpacks a ModelProto, hands it to `body`, and frees it.
  static func withModel<Result>(
    _ skeleton: [UInt8], budget: Int, file: String, _ body: (ModelMessage) throws -> Result
  ) throws -> Result {
    try unsafe withMessage(
      skeleton, budget: budget, file: file,
      unpack: { unsafe onnx__model_proto__unpack($0, $1, $2) },
      { unsafe try body(ModelMessage(UnsafePointer($0))) })
  }

  /// Unpacks a TensorProto, hands it to `body`, and frees it.
  static func withTensor<Result>(
    _ skeleton: [UInt8], budget: Int, file: String, _ body: (TensorMessage) throws -> Result
  ) throws -> Result {
    try unsafe withMessage(
      skeleton, budget: budget, file: file,
      unpack: { unsafe onnx__tensor_proto__unpack($0, $1, $2) },
      { unsafe try body(TensorMessage(UnsafePointer($0))) })
  }

  private static func withMessage<Message, Result>(
    _ skeleton: [UInt8], budget: Int, file: String,
    unpack: (
      UnsafeMutablePointer<ProtobufCAllocator>, Int, UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Message>?,
    _ body: (UnsafeMutablePointer<Message>) throws -> Result
  ) throws -> Result {
    let arena = UnpackArena(budget: budget)
    let message = unsafe arena.withAllocator { allocator in
      unsafe skeleton.withUnsafeBufferPointer { bytes in
        unsafe unpack(allocator, bytes.count, bytes.baseAddress)
      }
    }
    guard let message = unsafe message else {
      let location = InputLocation(file: file)
      guard let needed = arena.refusedAt else {
        throw FormatError(
          .malformed(field: "message", detail: "libprotobuf-c cannot unpack its structure"),
          at: location)
      }
      throw FormatError(
        .limitExceeded(.memory, found: needed, allowed: budget), at: location)
    }
    // The arena owns every byte of the message and outlives it.
    return try withExtendedLifetime(arena) { try unsafe body(message) }
  }
}
