internal import ModelFormats

/// What the wire scanner has to know of ONNX: schemas/onnx.proto as a table, with the fields that
/// hold bulk data marked as payload and prose as text.
enum ONNXSchema {
  static let schema = ProtobufSchema(
    [model, graph, node, attribute, tensor, sparseTensor, valueInfo, training, function]
      + types + small + devices)

  private typealias Message = ProtobufSchema.Message

  private static let model = Message(
    "ModelProto",
    [
      .init(1, "ir_version", .number(.varint)), .init(2, "producer_name", .string),
      .init(3, "producer_version", .string), .init(4, "domain", .string),
      .init(5, "model_version", .number(.varint)), .init(6, "doc_string", .text),
      .init(7, "graph", .message("GraphProto")),
      .init(8, "opset_import", .message("OperatorSetIdProto"), repeated: true),
      properties(14),
      .init(20, "training_info", .message("TrainingInfoProto"), repeated: true),
      .init(25, "functions", .message("FunctionProto"), repeated: true),
      .init(26, "configuration", .message("DeviceConfigurationProto"), repeated: true),
    ])

  private static let graph = Message(
    "GraphProto", nameField: 2,
    [
      .init(1, "node", .message("NodeProto"), repeated: true), .init(2, "name", .string),
      .init(5, "initializer", .message("TensorProto"), repeated: true),
      .init(10, "doc_string", .text),
      .init(11, "input", .message("ValueInfoProto"), repeated: true),
      .init(12, "output", .message("ValueInfoProto"), repeated: true),
      .init(13, "value_info", .message("ValueInfoProto"), repeated: true),
      .init(14, "quantization_annotation", .message("TensorAnnotation"), repeated: true),
      .init(15, "sparse_initializer", .message("SparseTensorProto"), repeated: true),
      properties(16),
    ])

  private static let node = Message(
    "NodeProto", nameField: 3,
    [
      .init(1, "input", .string, repeated: true), .init(2, "output", .string, repeated: true),
      .init(3, "name", .string), .init(4, "op_type", .string),
      .init(5, "attribute", .message("AttributeProto"), repeated: true),
      .init(6, "doc_string", .text), .init(7, "domain", .string), .init(8, "overload", .string),
      properties(9),
      .init(
        10, "device_configurations", .message("NodeDeviceConfigurationProto"), repeated: true),
    ])

  private static let attribute = Message(
    "AttributeProto", nameField: 1,
    [
      .init(1, "name", .string), .init(2, "f", .number(.fixed32)),
      .init(3, "i", .number(.varint)), .init(4, "s", .payloadBytes),
      .init(5, "t", .message("TensorProto")), .init(6, "g", .message("GraphProto")),
      .init(7, "floats", .payload(.fixed32), repeated: true),
      .init(8, "ints", .payload(.varint), repeated: true),
      .init(9, "strings", .payloadBytes, repeated: true),
      .init(10, "tensors", .message("TensorProto"), repeated: true),
      .init(11, "graphs", .message("GraphProto"), repeated: true),
      .init(13, "doc_string", .text), .init(14, "tp", .message("TypeProto")),
      .init(15, "type_protos", .message("TypeProto"), repeated: true),
      .init(20, "type", .number(.varint)), .init(21, "ref_attr_name", .string),
      .init(22, "sparse_tensor", .message("SparseTensorProto")),
      .init(23, "sparse_tensors", .message("SparseTensorProto"), repeated: true),
    ])

  private static let tensor = Message(
    "TensorProto", nameField: 8,
    [
      .init(1, "dims", .number(.varint), repeated: true),
      .init(2, "data_type", .number(.varint)),
      .init(3, "segment", .message("TensorProto.Segment")),
      .init(4, "float_data", .payload(.fixed32), repeated: true),
      .init(5, "int32_data", .payload(.varint), repeated: true),
      .init(6, "string_data", .payloadBytes, repeated: true),
      .init(7, "int64_data", .payload(.varint), repeated: true),
      .init(8, "name", .string), .init(9, "raw_data", .payloadBytes),
      .init(10, "double_data", .payload(.fixed64), repeated: true),
      .init(11, "uint64_data", .payload(.varint), repeated: true),
      .init(12, "doc_string", .text),
      .init(13, "external_data", .message("StringStringEntryProto"), repeated: true),
      .init(14, "data_location", .number(.varint)), properties(16),
    ])

  private static let sparseTensor = Message(
    "SparseTensorProto",
    [
      .init(1, "values", .message("TensorProto")), .init(2, "indices", .message("TensorProto")),
      .init(3, "dims", .number(.varint), repeated: true),
    ])

  private static let valueInfo = Message(
    "ValueInfoProto", nameField: 1,
    [
      .init(1, "name", .string), .init(2, "type", .message("TypeProto")),
      .init(3, "doc_string", .text), properties(4),
    ])

  private static let training = Message(
    "TrainingInfoProto",
    [
      .init(1, "initialization", .message("GraphProto")),
      .init(2, "algorithm", .message("GraphProto")),
      .init(3, "initialization_binding", .message("StringStringEntryProto"), repeated: true),
      .init(4, "update_binding", .message("StringStringEntryProto"), repeated: true),
    ])

  private static let function = Message(
    "FunctionProto", nameField: 1,
    [
      .init(1, "name", .string), .init(4, "input", .string, repeated: true),
      .init(5, "output", .string, repeated: true),
      .init(6, "attribute", .string, repeated: true),
      .init(7, "node", .message("NodeProto"), repeated: true), .init(8, "doc_string", .text),
      .init(9, "opset_import", .message("OperatorSetIdProto"), repeated: true),
      .init(10, "domain", .string),
      .init(11, "attribute_proto", .message("AttributeProto"), repeated: true),
      .init(12, "value_info", .message("ValueInfoProto"), repeated: true),
      .init(13, "overload", .string), properties(14),
    ])

  private static func properties(_ number: Int) -> ProtobufSchema.Field {
    // Whatever tools put there; nothing that is read depends on it.
    .init(number, "metadata_props", .message("Metadata"), repeated: true)
  }
}

extension ONNXSchema {
  fileprivate static let types: [ProtobufSchema.Message] = [
    .init(
      "TypeProto",
      [
        .init(1, "tensor_type", .message("TypeProto.Tensor")),
        .init(4, "sequence_type", .message("TypeProto.Sequence")),
        .init(5, "map_type", .message("TypeProto.Map")), .init(6, "denotation", .string),
        .init(7, "opaque_type", .message("TypeProto.Opaque")),
        .init(8, "sparse_tensor_type", .message("TypeProto.SparseTensor")),
        .init(9, "optional_type", .message("TypeProto.Optional")),
      ]),
    .init(
      "TypeProto.Tensor",
      [
        .init(1, "elem_type", .number(.varint)),
        .init(2, "shape", .message("TensorShapeProto")),
      ]),
    .init(
      "TypeProto.SparseTensor",
      [
        .init(1, "elem_type", .number(.varint)),
        .init(2, "shape", .message("TensorShapeProto")),
      ]),
    .init("TypeProto.Sequence", [.init(1, "elem_type", .message("TypeProto"))]),
    .init("TypeProto.Optional", [.init(1, "elem_type", .message("TypeProto"))]),
    .init(
      "TypeProto.Map",
      [.init(1, "key_type", .number(.varint)), .init(2, "value_type", .message("TypeProto"))]),
    .init("TypeProto.Opaque", [.init(1, "domain", .string), .init(2, "name", .string)]),
    .init(
      "TensorShapeProto",
      [.init(1, "dim", .message("TensorShapeProto.Dimension"), repeated: true)]),
    .init(
      "TensorShapeProto.Dimension",
      [
        .init(1, "dim_value", .number(.varint)), .init(2, "dim_param", .string),
        .init(3, "denotation", .string),
      ]),
  ]

  fileprivate static let small: [ProtobufSchema.Message] = [
    .init(
      "OperatorSetIdProto", nameField: 1,
      [.init(1, "domain", .string), .init(2, "version", .number(.varint))]),
    .init(
      "StringStringEntryProto", nameField: 1,
      [.init(1, "key", .string), .init(2, "value", .string)]),
    .init("Metadata", nameField: 1, [.init(1, "key", .text), .init(2, "value", .text)]),
    .init(
      "TensorAnnotation", nameField: 1,
      [
        .init(1, "tensor_name", .string),
        .init(
          2, "quant_parameter_tensor_names", .message("StringStringEntryProto"), repeated: true),
      ]),
    .init(
      "TensorProto.Segment",
      [.init(1, "begin", .number(.varint)), .init(2, "end", .number(.varint))]),
  ]

  fileprivate static let devices: [ProtobufSchema.Message] = [
    .init(
      "DeviceConfigurationProto", nameField: 1,
      [
        .init(1, "name", .string), .init(2, "num_devices", .number(.varint)),
        .init(3, "device", .string, repeated: true),
      ]),
    .init(
      "NodeDeviceConfigurationProto", nameField: 1,
      [
        .init(1, "configuration_id", .string),
        .init(2, "sharding_spec", .message("ShardingSpecProto"), repeated: true),
        .init(3, "pipeline_stage", .number(.varint)),
      ]),
    .init(
      "ShardingSpecProto", nameField: 1,
      [
        .init(1, "tensor_name", .string), .init(2, "device", .number(.varint), repeated: true),
        .init(
          3, "index_to_device_group_map", .message("IntIntListEntryProto"), repeated: true),
        .init(4, "sharded_dim", .message("ShardedDimProto"), repeated: true),
      ]),
    .init(
      "IntIntListEntryProto",
      [
        .init(1, "key", .number(.varint)), .init(2, "value", .number(.varint), repeated: true),
      ]),
    .init(
      "ShardedDimProto",
      [
        .init(1, "axis", .number(.varint)),
        .init(2, "simple_sharding", .message("SimpleShardedDimProto"), repeated: true),
      ]),
    .init(
      "SimpleShardedDimProto",
      [
        .init(1, "dim_value", .number(.varint)), .init(2, "dim_param", .string),
        .init(3, "num_shards", .number(.varint)),
      ]),
  ]
}
