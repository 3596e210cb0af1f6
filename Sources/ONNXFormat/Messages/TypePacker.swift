internal import CModelSchemas
internal import CProtobufC
internal import ModelIR

/// Builds TypeProto messages.
struct TypePacker {
  let arena: MessageArena

  func type(_ type: ValueType) -> UnsafeMutablePointer<Onnx__TypeProto> {
    let message = unsafe arena.message(onnx__type_proto__init)
    switch type {
    case .tensor(let dataType, let dimensions):
      let inner = unsafe arena.message(onnx__type_proto__tensor__init)
      unsafe inner.pointee.has_elem_type = dataType == nil ? 0 : 1
      unsafe inner.pointee.elem_type = dataType?.rawValue ?? 0
      unsafe inner.pointee.shape = unsafe shape(dimensions)
      unsafe message.pointee.value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE
      unsafe message.pointee.tensor_type = unsafe inner
    case .sparseTensor(let dataType, let dimensions):
      let inner = unsafe arena.message(onnx__type_proto__sparse_tensor__init)
      unsafe inner.pointee.has_elem_type = dataType == nil ? 0 : 1
      unsafe inner.pointee.elem_type = dataType?.rawValue ?? 0
      unsafe inner.pointee.shape = unsafe shape(dimensions)
      unsafe message.pointee.value_case = ONNX__TYPE_PROTO__VALUE_SPARSE_TENSOR_TYPE
      unsafe message.pointee.sparse_tensor_type = unsafe inner
    case .sequence(let element):
      let inner = unsafe arena.message(onnx__type_proto__sequence__init)
      unsafe inner.pointee.elem_type = unsafe self.type(element)
      unsafe message.pointee.value_case = ONNX__TYPE_PROTO__VALUE_SEQUENCE_TYPE
      unsafe message.pointee.sequence_type = unsafe inner
    case .optional(let element):
      let inner = unsafe arena.message(onnx__type_proto__optional__init)
      unsafe inner.pointee.elem_type = unsafe self.type(element)
      unsafe message.pointee.value_case = ONNX__TYPE_PROTO__VALUE_OPTIONAL_TYPE
      unsafe message.pointee.optional_type = unsafe inner
    case .map(let key, let value):
      let inner = unsafe arena.message(onnx__type_proto__map__init)
      unsafe inner.pointee.has_key_type = key == nil ? 0 : 1
      unsafe inner.pointee.key_type = key?.rawValue ?? 0
      unsafe inner.pointee.value_type = unsafe self.type(value)
      unsafe message.pointee.value_case = ONNX__TYPE_PROTO__VALUE_MAP_TYPE
      unsafe message.pointee.map_type = unsafe inner
    case .opaque(let domain, let name):
      let inner = unsafe arena.message(onnx__type_proto__opaque__init)
      if !domain.isEmpty { unsafe inner.pointee.domain = unsafe arena.string(domain) }
      if !name.isEmpty { unsafe inner.pointee.name = unsafe arena.string(name) }
      unsafe message.pointee.value_case = ONNX__TYPE_PROTO__VALUE_OPAQUE_TYPE
      unsafe message.pointee.opaque_type = unsafe inner
    }
    return unsafe message
  }

  /// Nil is an unknown rank: no shape at all.
  private func shape(_ dimensions: [Dimension]?) -> UnsafeMutablePointer<Onnx__TensorShapeProto>? {
    guard let dimensions else { return nil }
    let message = unsafe arena.message(onnx__tensor_shape_proto__init)
    var list: [UnsafeMutablePointer<Onnx__TensorShapeProto__Dimension>?] = unsafe []
    for dimension in dimensions {
      let item = unsafe arena.message(onnx__tensor_shape_proto__dimension__init)
      switch dimension {
      case .known(let extent):
        unsafe item.pointee.value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE
        unsafe item.pointee.dim_value = Int64(extent)
      case .symbol(let name):
        unsafe item.pointee.value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM
        unsafe item.pointee.dim_param = unsafe arena.string(name)
      case .unknown: break
      }
      unsafe list.append(item)
    }
    unsafe message.pointee.n_dim = list.count
    unsafe message.pointee.dim = unsafe arena.elements(list)
    return unsafe message
  }
}
