internal import CModelSchemas

/// A GraphProto as it was unpacked.
@safe struct GraphMessage {
  private let message: UnsafePointer<Onnx__GraphProto>
  init(_ message: UnsafePointer<Onnx__GraphProto>) { unsafe self.message = unsafe message }

  var name: String { unsafe CMessageAccess.text(message.pointee.name) }
  var nodes: [NodeMessage] {
    unsafe CMessageAccess.list(message.pointee.n_node, message.pointee.node) {
      unsafe NodeMessage($0)
    }
  }
  var initializers: [TensorMessage] {
    unsafe CMessageAccess.list(message.pointee.n_initializer, message.pointee.initializer) {
      unsafe TensorMessage($0)
    }
  }
  var sparseInitializers: [SparseTensorMessage] {
    unsafe CMessageAccess.list(
      message.pointee.n_sparse_initializer, message.pointee.sparse_initializer
    ) { unsafe SparseTensorMessage($0) }
  }
  var inputs: [ValueInfoMessage] {
    unsafe CMessageAccess.list(message.pointee.n_input, message.pointee.input) {
      unsafe ValueInfoMessage($0)
    }
  }
  var outputs: [ValueInfoMessage] {
    unsafe CMessageAccess.list(message.pointee.n_output, message.pointee.output) {
      unsafe ValueInfoMessage($0)
    }
  }
  var valueInfos: [ValueInfoMessage] {
    unsafe CMessageAccess.list(message.pointee.n_value_info, message.pointee.value_info) {
      unsafe ValueInfoMessage($0)
    }
  }
}

/// A NodeProto as it was unpacked.
@safe struct NodeMessage {
  private let message: UnsafePointer<Onnx__NodeProto>
  init(_ message: UnsafePointer<Onnx__NodeProto>) { unsafe self.message = unsafe message }

  var name: String { unsafe CMessageAccess.text(message.pointee.name) }
  var opType: String { unsafe CMessageAccess.text(message.pointee.op_type) }
  var domain: String { unsafe CMessageAccess.text(message.pointee.domain) }
  var overload: String { unsafe CMessageAccess.text(message.pointee.overload) }
  var inputs: [String] {
    unsafe CMessageAccess.texts(message.pointee.n_input, message.pointee.input)
  }
  var outputs: [String] {
    unsafe CMessageAccess.texts(message.pointee.n_output, message.pointee.output)
  }
  var attributes: [AttributeMessage] {
    unsafe CMessageAccess.list(message.pointee.n_attribute, message.pointee.attribute) {
      unsafe AttributeMessage($0)
    }
  }
}

/// An AttributeProto as it was unpacked; bulk data are indices of payloads.
@safe struct AttributeMessage {
  private let message: UnsafePointer<Onnx__AttributeProto>
  init(_ message: UnsafePointer<Onnx__AttributeProto>) { unsafe self.message = unsafe message }

  var name: String { unsafe CMessageAccess.text(message.pointee.name) }
  var type: UInt32? {
    unsafe message.pointee.has_type != 0
      ? UInt32(truncatingIfNeeded: message.pointee.type.rawValue) : nil
  }
  var reference: String { unsafe CMessageAccess.text(message.pointee.ref_attr_name) }
  var float: Float? { unsafe message.pointee.has_f != 0 ? message.pointee.f : nil }
  var int: Int64? { unsafe message.pointee.has_i != 0 ? message.pointee.i : nil }
  var string: Int? {
    unsafe message.pointee.has_s != 0 ? CMessageAccess.index(message.pointee.s) : nil
  }
  var tensor: TensorMessage? {
    unsafe CMessageAccess.one(message.pointee.t) { unsafe TensorMessage($0) }
  }
  var graph: GraphMessage? {
    unsafe CMessageAccess.one(message.pointee.g) { unsafe GraphMessage($0) }
  }
  var typeValue: TypeMessage? {
    unsafe CMessageAccess.one(message.pointee.tp) { unsafe TypeMessage($0) }
  }
  var sparseTensor: SparseTensorMessage? {
    unsafe CMessageAccess.one(message.pointee.sparse_tensor) { unsafe SparseTensorMessage($0) }
  }
  /// How many records of each repeated field there are.
  var counts:
    (
      floats: Int, ints: Int, strings: Int, tensors: Int, graphs: Int, sparseTensors: Int,
      types: Int
    )
  {
    unsafe (
      message.pointee.n_floats, message.pointee.n_ints, message.pointee.n_strings,
      message.pointee.n_tensors, message.pointee.n_graphs, message.pointee.n_sparse_tensors,
      message.pointee.n_type_protos
    )
  }
  var floats: [Int] {
    unsafe CMessageAccess.numbers(message.pointee.n_floats, message.pointee.floats).map {
      Int($0.bitPattern)
    }
  }
  var ints: [Int] {
    unsafe CMessageAccess.numbers(message.pointee.n_ints, message.pointee.ints).map { Int($0) }
  }
  var strings: [Int] {
    unsafe CMessageAccess.indices(message.pointee.n_strings, message.pointee.strings)
  }
  var tensors: [TensorMessage] {
    unsafe CMessageAccess.list(message.pointee.n_tensors, message.pointee.tensors) {
      unsafe TensorMessage($0)
    }
  }
  var graphs: [GraphMessage] {
    unsafe CMessageAccess.list(message.pointee.n_graphs, message.pointee.graphs) {
      unsafe GraphMessage($0)
    }
  }
  var types: [TypeMessage] {
    unsafe CMessageAccess.list(message.pointee.n_type_protos, message.pointee.type_protos) {
      unsafe TypeMessage($0)
    }
  }
  var sparseTensors: [SparseTensorMessage] {
    unsafe CMessageAccess.list(
      message.pointee.n_sparse_tensors, message.pointee.sparse_tensors
    ) { unsafe SparseTensorMessage($0) }
  }
}
