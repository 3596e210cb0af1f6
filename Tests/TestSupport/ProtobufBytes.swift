/// Protobuf records written by hand, so that a test can make files that no library would.
public struct ProtobufBytes: Sendable {
  /// What was written so far.
  public private(set) var bytes: [UInt8] = []

  /// Nothing yet.
  public init() {}

  /// A varint.
  public static func varint(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  /// A number.
  public func number(_ field: UInt64, _ value: Int64) -> ProtobufBytes {
    raw(Self.varint(field << 3) + Self.varint(UInt64(bitPattern: value)))
  }

  /// Bytes with their length in front.
  public func bytes(_ field: UInt64, _ value: [UInt8]) -> ProtobufBytes {
    raw(Self.varint(field << 3 | 2) + Self.varint(UInt64(value.count)) + value)
  }

  /// Text.
  public func text(_ field: UInt64, _ value: String) -> ProtobufBytes {
    bytes(field, Array(value.utf8))
  }

  /// A message inside.
  public func message(_ field: UInt64, _ value: ProtobufBytes) -> ProtobufBytes {
    bytes(field, value.bytes)
  }

  /// Bytes as they are.
  public func raw(_ more: [UInt8]) -> ProtobufBytes {
    var copy = self
    copy.bytes += more
    return copy
  }
}

/// ONNX messages for tests, by the field numbers of onnx.proto.
public enum ONNXBytes {
  /// A model of one graph.
  public static func model(
    _ graph: ProtobufBytes, irVersion: Int64 = 8, opset: Int64 = 17
  ) -> [UInt8] {
    ProtobufBytes().number(1, irVersion).message(7, graph)
      .message(8, ProtobufBytes().text(1, "").number(2, opset)).bytes
  }

  /// A node (field 1 of a graph).
  public static func node(
    _ opType: String, _ inputs: [String], _ outputs: [String], name: String = "",
    domain: String = ""
  ) -> ProtobufBytes {
    var node = ProtobufBytes()
    for input in inputs { node = node.text(1, input) }
    for output in outputs { node = node.text(2, output) }
    return node.text(3, name).text(4, opType).text(7, domain)
  }

  /// An input or output (fields 11 and 12 of a graph): a float32 tensor.
  public static func value(_ name: String, _ shape: [Int64]) -> ProtobufBytes {
    let dimensions = shape.reduce(ProtobufBytes()) {
      $0.message(1, ProtobufBytes().number(1, $1))
    }
    let tensor = ProtobufBytes().number(1, 1).message(2, dimensions)
    return ProtobufBytes().text(1, name).message(2, ProtobufBytes().message(1, tensor))
  }

  /// A float32 tensor with raw bytes (field 5 of a graph).
  public static func tensor(
    _ name: String, _ shape: [Int64], rawBytes: [UInt8]
  ) -> ProtobufBytes {
    shape.reduce(ProtobufBytes()) { $0.number(1, $1) }
      .number(2, 1).text(8, name).bytes(9, rawBytes)
  }
}
