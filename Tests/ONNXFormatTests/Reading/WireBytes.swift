import ByteStore
import ModelFormats
import ModelIR
import ONNXFormat

/// Writes protobuf records by hand, right or wrong ones, with no help of the code under test.
struct WireBytes {
  var bytes: [UInt8] = []

  static func make(_ body: (inout WireBytes) -> Void) -> [UInt8] {
    var wire = WireBytes()
    body(&wire)
    return wire.bytes
  }

  mutating func raw(_ bytes: [UInt8]) { self.bytes += bytes }

  mutating func number(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func tag(_ field: Int, _ wireType: UInt64) { number(UInt64(field) << 3 | wireType) }

  mutating func varint(_ field: Int, _ value: Int) {
    tag(field, 0)
    number(UInt64(bitPattern: Int64(value)))
  }

  mutating func fixed32(_ field: Int, _ value: Float) {
    tag(field, 5)
    little(value.bitPattern)
  }

  mutating func little<Value: FixedWidthInteger>(_ value: Value) {
    for index in 0..<(Value.bitWidth / 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> Value(8 * index)))
    }
  }

  mutating func data(_ field: Int, _ data: [UInt8]) {
    tag(field, 2)
    number(UInt64(data.count))
    bytes += data
  }

  mutating func text(_ field: Int, _ text: String) { data(field, Array(text.utf8)) }

  mutating func message(_ field: Int, _ body: (inout WireBytes) -> Void) {
    data(field, Self.make(body))
  }

  mutating func group(_ field: Int, _ body: (inout WireBytes) -> Void) {
    tag(field, 3)
    body(&self)
    tag(field, 4)
  }

  // MARK: Messages of ONNX

  /// graph.initializer or another TensorProto field.
  mutating func tensor(
    _ field: Int, _ name: String, type: Int, dims: [Int], _ data: (inout WireBytes) -> Void
  ) {
    message(field) {
      for dim in dims { $0.varint(1, dim) }
      $0.varint(2, type)
      $0.text(8, name)
      data(&$0)
    }
  }

  mutating func node(
    _ opType: String, _ inputs: [String], _ outputs: [String], name: String = "", field: Int = 1,
    domain: String = "", _ attributes: (inout WireBytes) -> Void = { _ in }
  ) {
    message(field) {
      for input in inputs { $0.text(1, input) }
      for output in outputs { $0.text(2, output) }
      if !name.isEmpty { $0.text(3, name) }
      $0.text(4, opType)
      if !domain.isEmpty { $0.text(7, domain) }
      attributes(&$0)
    }
  }

  mutating func value(_ field: Int, _ name: String) {
    message(field) {
      $0.text(1, name)
      $0.message(2) { $0.message(1) { $0.varint(1, 1) } }
    }
  }

  mutating func attribute(_ name: String, type: Int?, _ body: (inout WireBytes) -> Void) {
    message(5) {
      $0.text(1, name)
      body(&$0)
      if let type { $0.varint(20, type) }
    }
  }

  /// A model of IR version 8 and opset 17, with x → Relu → y unless `graph` says otherwise.
  static func model(
    irVersion: Int? = 8, opset: Int? = 17, before: [UInt8] = [], after: [UInt8] = [],
    graph: (inout WireBytes) -> Void = relu
  ) -> [UInt8] {
    make {
      $0.raw(before)
      if let irVersion { $0.varint(1, irVersion) }
      $0.message(7, graph)
      if let opset { $0.message(8) { $0.varint(2, opset) } }
      $0.raw(after)
    }
  }

  static func relu(_ wire: inout WireBytes) {
    wire.node("Relu", ["x"], ["y"], name: "relu")
    wire.value(11, "x")
    wire.value(12, "y")
  }
}

/// Reads a model from memory.
func read(_ bytes: [UInt8], _ options: ReadOptions = ReadOptions()) throws -> ReadResult {
  try ONNXReader().read(ByteSource(bytes, path: "test.onnx"), options: options)
}

/// The error that reading ends in, and nothing but a FormatError.
func formatError(_ bytes: [UInt8], _ options: ReadOptions = ReadOptions()) -> FormatError? {
  do {
    _ = try read(bytes, options)
    return nil
  } catch {
    return error as? FormatError
  }
}

/// The value of this name.
func value(_ name: String, in model: Model) -> Value? { model.values.first { $0.name == name } }
