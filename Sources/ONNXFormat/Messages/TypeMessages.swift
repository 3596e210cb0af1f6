internal import CModelSchemas

/// A ValueInfoProto as it was unpacked.
@safe struct ValueInfoMessage {
  private let message: UnsafePointer<Onnx__ValueInfoProto>
  init(_ message: UnsafePointer<Onnx__ValueInfoProto>) { unsafe self.message = unsafe message }

  var name: String { unsafe CMessageAccess.text(message.pointee.name) }
  var type: TypeMessage? {
    unsafe CMessageAccess.one(message.pointee.type) { unsafe TypeMessage($0) }
  }
}

/// A TypeProto as it was unpacked.
@safe struct TypeMessage {
  /// The one member of its oneof that is there.
  enum Content {
    case none
    case tensor(Int32, [DimensionMessage]?)
    case sparseTensor(Int32, [DimensionMessage]?)
    case sequence(TypeMessage?)
    case optional(TypeMessage?)
    case map(key: Int32, value: TypeMessage?)
    case opaque(domain: String, name: String)
  }

  private let message: UnsafePointer<Onnx__TypeProto>
  init(_ message: UnsafePointer<Onnx__TypeProto>) { unsafe self.message = unsafe message }

  var content: Content {
    switch unsafe message.pointee.value_case {
    case ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE:
      guard let type = unsafe message.pointee.tensor_type else { return .none }
      return unsafe .tensor(type.pointee.elem_type, Self.dimensions(type.pointee.shape))
    case ONNX__TYPE_PROTO__VALUE_SPARSE_TENSOR_TYPE:
      guard let type = unsafe message.pointee.sparse_tensor_type else { return .none }
      return unsafe .sparseTensor(type.pointee.elem_type, Self.dimensions(type.pointee.shape))
    case ONNX__TYPE_PROTO__VALUE_SEQUENCE_TYPE:
      guard let type = unsafe message.pointee.sequence_type else { return .none }
      return unsafe .sequence(
        CMessageAccess.one(type.pointee.elem_type) { unsafe TypeMessage($0) })
    case ONNX__TYPE_PROTO__VALUE_OPTIONAL_TYPE:
      guard let type = unsafe message.pointee.optional_type else { return .none }
      return unsafe .optional(
        CMessageAccess.one(type.pointee.elem_type) { unsafe TypeMessage($0) })
    case ONNX__TYPE_PROTO__VALUE_MAP_TYPE:
      guard let type = unsafe message.pointee.map_type else { return .none }
      return unsafe .map(
        key: type.pointee.key_type,
        value: CMessageAccess.one(type.pointee.value_type) { unsafe TypeMessage($0) })
    case ONNX__TYPE_PROTO__VALUE_OPAQUE_TYPE:
      guard let type = unsafe message.pointee.opaque_type else { return .none }
      return unsafe .opaque(
        domain: CMessageAccess.text(type.pointee.domain),
        name: CMessageAccess.text(type.pointee.name))
    default: return .none
    }
  }

  private static func dimensions(
    _ shape: UnsafeMutablePointer<Onnx__TensorShapeProto>?
  ) -> [DimensionMessage]? {
    guard let shape = unsafe shape else { return nil }
    return unsafe CMessageAccess.list(shape.pointee.n_dim, shape.pointee.dim) {
      unsafe DimensionMessage($0)
    }
  }
}

/// A TensorShapeProto.Dimension as it was unpacked.
enum DimensionMessage {
  case value(Int64)
  case parameter(String)
  case none

  init(_ message: UnsafePointer<Onnx__TensorShapeProto__Dimension>) {
    switch unsafe message.pointee.value_case {
    case ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE:
      self = unsafe .value(message.pointee.dim_value)
    case ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM:
      self = unsafe .parameter(CMessageAccess.text(message.pointee.dim_param))
    default: self = .none
    }
  }
}
