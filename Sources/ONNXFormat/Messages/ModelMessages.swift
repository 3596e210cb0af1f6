internal import CModelSchemas

/// A ModelProto as it was unpacked.
@safe struct ModelMessage {
  private let message: UnsafePointer<Onnx__ModelProto>
  init(_ message: UnsafePointer<Onnx__ModelProto>) { unsafe self.message = unsafe message }

  var irVersion: Int64? {
    unsafe message.pointee.has_ir_version != 0 ? message.pointee.ir_version : nil
  }
  var producerName: String { unsafe CMessageAccess.text(message.pointee.producer_name) }
  var producerVersion: String { unsafe CMessageAccess.text(message.pointee.producer_version) }
  var domain: String { unsafe CMessageAccess.text(message.pointee.domain) }
  var modelVersion: Int64 { unsafe message.pointee.model_version }
  var graph: GraphMessage? {
    unsafe CMessageAccess.one(message.pointee.graph) { unsafe GraphMessage($0) }
  }
  var opsets: [OpsetMessage] {
    unsafe CMessageAccess.list(message.pointee.n_opset_import, message.pointee.opset_import) {
      unsafe OpsetMessage($0)
    }
  }
  var training: [TrainingMessage] {
    unsafe CMessageAccess.list(message.pointee.n_training_info, message.pointee.training_info) {
      unsafe TrainingMessage($0)
    }
  }
  var functions: [FunctionMessage] {
    unsafe CMessageAccess.list(message.pointee.n_functions, message.pointee.functions) {
      unsafe FunctionMessage($0)
    }
  }
}

/// An OperatorSetIdProto as it was unpacked.
struct OpsetMessage {
  var domain: String
  var version: Int64

  init(_ message: UnsafePointer<Onnx__OperatorSetIdProto>) {
    domain = unsafe CMessageAccess.text(message.pointee.domain)
    version = unsafe message.pointee.version
  }
}

/// A StringStringEntryProto as it was unpacked.
struct EntryMessage {
  var key: String
  var value: String

  init(_ message: UnsafePointer<Onnx__StringStringEntryProto>) {
    key = unsafe CMessageAccess.text(message.pointee.key)
    value = unsafe CMessageAccess.text(message.pointee.value)
  }
}

/// A TrainingInfoProto as it was unpacked.
@safe struct TrainingMessage {
  private let message: UnsafePointer<Onnx__TrainingInfoProto>
  init(_ message: UnsafePointer<Onnx__TrainingInfoProto>) { unsafe self.message = unsafe message }

  var initialization: GraphMessage? {
    unsafe CMessageAccess.one(message.pointee.initialization) { unsafe GraphMessage($0) }
  }
  var algorithm: GraphMessage? {
    unsafe CMessageAccess.one(message.pointee.algorithm) { unsafe GraphMessage($0) }
  }
  var initializationBindings: [EntryMessage] {
    unsafe CMessageAccess.list(
      message.pointee.n_initialization_binding, message.pointee.initialization_binding
    ) { unsafe EntryMessage($0) }
  }
  var updateBindings: [EntryMessage] {
    unsafe CMessageAccess.list(
      message.pointee.n_update_binding, message.pointee.update_binding
    ) { unsafe EntryMessage($0) }
  }
}

/// A FunctionProto as it was unpacked.
@safe struct FunctionMessage {
  private let message: UnsafePointer<Onnx__FunctionProto>
  init(_ message: UnsafePointer<Onnx__FunctionProto>) { unsafe self.message = unsafe message }

  var name: String { unsafe CMessageAccess.text(message.pointee.name) }
  var domain: String { unsafe CMessageAccess.text(message.pointee.domain) }
  var overload: String { unsafe CMessageAccess.text(message.pointee.overload) }
  var inputs: [String] {
    unsafe CMessageAccess.texts(message.pointee.n_input, message.pointee.input)
  }
  var outputs: [String] {
    unsafe CMessageAccess.texts(message.pointee.n_output, message.pointee.output)
  }
  var requiredAttributes: [String] {
    unsafe CMessageAccess.texts(message.pointee.n_attribute, message.pointee.attribute)
  }
  var defaultAttributes: [AttributeMessage] {
    unsafe CMessageAccess.list(
      message.pointee.n_attribute_proto, message.pointee.attribute_proto
    ) { unsafe AttributeMessage($0) }
  }
  var nodes: [NodeMessage] {
    unsafe CMessageAccess.list(message.pointee.n_node, message.pointee.node) {
      unsafe NodeMessage($0)
    }
  }
  var opsets: [OpsetMessage] {
    unsafe CMessageAccess.list(message.pointee.n_opset_import, message.pointee.opset_import) {
      unsafe OpsetMessage($0)
    }
  }
  var valueInfos: [ValueInfoMessage] {
    unsafe CMessageAccess.list(message.pointee.n_value_info, message.pointee.value_info) {
      unsafe ValueInfoMessage($0)
    }
  }
}
