internal import CModelSchemas
internal import CProtobufC
internal import ModelIR

/// Packs new messages: the structure through libprotobuf-c, never the elements of tensors, which
/// the writer adds as records of their own.
enum MessagePacker {
  /// A NodeProto without attributes; nil and empty texts are left out, but for inputs and outputs,
  /// where an empty one keeps its place.
  static func node(
    inputs: [String], outputs: [String], name: String, opType: String, domain: String,
    overload: String
  ) -> [UInt8] {
    let arena = MessageArena()
    let message = unsafe arena.message(onnx__node_proto__init)
    unsafe message.pointee.n_input = inputs.count
    unsafe message.pointee.input = unsafe strings(inputs, arena)
    unsafe message.pointee.n_output = outputs.count
    unsafe message.pointee.output = unsafe strings(outputs, arena)
    unsafe message.pointee.name = unsafe optional(name, arena)
    unsafe message.pointee.op_type = unsafe optional(opType, arena)
    unsafe message.pointee.domain = unsafe optional(domain, arena)
    unsafe message.pointee.overload = unsafe optional(overload, arena)
    return unsafe arena.pack(message)
  }

  /// A TensorProto without elements.
  static func tensor(
    name: String, dataType: DataType, dimensions: [Int], external: [(key: String, value: String)]
  ) -> [UInt8] {
    let arena = MessageArena()
    let message = unsafe arena.message(onnx__tensor_proto__init)
    unsafe message.pointee.n_dims = dimensions.count
    unsafe message.pointee.dims = unsafe arena.elements(dimensions.map { Int64($0) })
    unsafe message.pointee.has_data_type = 1
    unsafe message.pointee.data_type = dataType.rawValue
    unsafe message.pointee.name = unsafe optional(name, arena)
    if !external.isEmpty {
      var entries: [UnsafeMutablePointer<Onnx__StringStringEntryProto>?] = unsafe []
      for entry in external { unsafe entries.append(self.entry(entry.key, entry.value, arena)) }
      unsafe message.pointee.n_external_data = entries.count
      unsafe message.pointee.external_data = unsafe arena.elements(entries)
      unsafe message.pointee.has_data_location = 1
      unsafe message.pointee.data_location = ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL
    }
    return unsafe arena.pack(message)
  }

  /// A SparseTensorProto without its two tensors.
  static func sparseTensor(dimensions: [Int]) -> [UInt8] {
    let arena = MessageArena()
    let message = unsafe arena.message(onnx__sparse_tensor_proto__init)
    unsafe message.pointee.n_dims = dimensions.count
    unsafe message.pointee.dims = unsafe arena.elements(dimensions.map { Int64($0) })
    return unsafe arena.pack(message)
  }

  /// A StringStringEntryProto.
  static func entry(key: String, value: String) -> [UInt8] {
    let arena = MessageArena()
    return unsafe arena.pack(entry(key, value, arena))
  }

  /// A ValueInfoProto.
  static func valueInfo(name: String, type: ValueType?) -> [UInt8] {
    let arena = MessageArena()
    let message = unsafe arena.message(onnx__value_info_proto__init)
    unsafe message.pointee.name = unsafe arena.string(name)
    if let type { unsafe message.pointee.type = unsafe TypePacker(arena: arena).type(type) }
    return unsafe arena.pack(message)
  }

  /// The field of GraphProto that holds its name.
  static func graph(name: String) -> [UInt8] {
    let arena = MessageArena()
    let message = unsafe arena.message(onnx__graph_proto__init)
    unsafe message.pointee.name = unsafe optional(name, arena)
    return unsafe arena.pack(message)
  }

  private static func entry(
    _ key: String, _ value: String, _ arena: MessageArena
  ) -> UnsafeMutablePointer<Onnx__StringStringEntryProto> {
    let message = unsafe arena.message(onnx__string_string_entry_proto__init)
    unsafe message.pointee.key = unsafe arena.string(key)
    unsafe message.pointee.value = unsafe arena.string(value)
    return unsafe message
  }

  private static func strings(
    _ texts: [String], _ arena: MessageArena
  ) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> {
    var pointers: [UnsafeMutablePointer<CChar>?] = unsafe []
    for text in texts { unsafe pointers.append(arena.string(text)) }
    return unsafe arena.elements(pointers)
  }

  private static func optional(
    _ text: String, _ arena: MessageArena
  ) -> UnsafeMutablePointer<CChar>? {
    text.isEmpty ? nil : unsafe arena.string(text)
  }
}
