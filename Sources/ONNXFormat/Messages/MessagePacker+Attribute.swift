// Both, because either may be seen as the owner of the C library's header.
internal import CModelSchemas
internal import CProtobufC
internal import ModelIR

extension MessagePacker {
  /// An AttributeProto: its name, its type where asked for, and its value where that is no tensor
  /// and no graph.
  static func attribute(name: String, _ value: AttributeValue, withType: Bool) -> [UInt8] {
    let arena = MessageArena()
    let message = unsafe arena.message(onnx__attribute_proto__init)
    if !name.isEmpty { unsafe message.pointee.name = unsafe arena.string(name) }
    if withType, let type = attributeType(value) {
      unsafe message.pointee.has_type = 1
      unsafe message.pointee.type = type
    }
    switch value {
    case .float(let number):
      unsafe message.pointee.has_f = 1
      unsafe message.pointee.f = number
    case .int(let number):
      unsafe message.pointee.has_i = 1
      unsafe message.pointee.i = number
    case .string(let bytes):
      unsafe message.pointee.has_s = 1
      unsafe message.pointee.s = unsafe arena.data(bytes)
    case .floats(let numbers):
      unsafe message.pointee.n_floats = numbers.count
      unsafe message.pointee.floats = unsafe arena.elements(numbers)
    case .ints(let numbers):
      unsafe message.pointee.n_ints = numbers.count
      unsafe message.pointee.ints = unsafe arena.elements(numbers)
    case .strings(let list):
      var strings: [ProtobufCBinaryData] = unsafe []
      for bytes in list { unsafe strings.append(arena.data(bytes)) }
      unsafe message.pointee.n_strings = list.count
      unsafe message.pointee.strings = unsafe arena.elements(strings)
    case .type(let type):
      unsafe message.pointee.tp = unsafe TypePacker(arena: arena).type(type)
    case .types(let list):
      let packer = TypePacker(arena: arena)
      var types: [UnsafeMutablePointer<Onnx__TypeProto>?] = unsafe []
      for type in list { unsafe types.append(packer.type(type)) }
      unsafe message.pointee.n_type_protos = list.count
      unsafe message.pointee.type_protos = unsafe arena.elements(types)
    case .reference(let name):
      unsafe message.pointee.ref_attr_name = unsafe arena.string(name)
    case .tensor, .tensors, .graph, .graphs, .opaque: break
    }
    return unsafe arena.pack(message)
  }

  private static func attributeType(
    _ value: AttributeValue
  ) -> Onnx__AttributeProto__AttributeType? {
    switch value {
    case .float: ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT
    case .int: ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT
    case .string: ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING
    case .tensor(let tensor) where tensor.isSparse:
      ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__SPARSE_TENSOR
    case .tensor: ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR
    case .graph: ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__GRAPH
    case .floats: ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS
    case .ints: ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS
    case .strings: ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRINGS
    case .tensors(let list) where list.first?.isSparse ?? false:
      ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__SPARSE_TENSORS
    case .tensors: ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSORS
    case .graphs: ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__GRAPHS
    case .type: ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TYPE_PROTO
    case .types: ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TYPE_PROTOS
    case .reference, .opaque: nil
    }
  }
}
