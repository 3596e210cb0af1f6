import TestSupport
import Testing

/// A file that must be refused.
struct HostileFile: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var bytes: [UInt8]
  var name = "model.onnx"
  var status: Int32 = 65
  /// A part of what the message must say.
  var says = ""
}

private func graph(_ nodes: [ProtobufBytes], _ more: ProtobufBytes = ProtobufBytes()) -> [UInt8] {
  var graph = ProtobufBytes()
  for node in nodes { graph = graph.message(1, node) }
  graph = graph.text(2, "g").message(11, ONNXBytes.value("x", [1, 2]))
    .message(12, ONNXBytes.value("y", [1, 2])).raw(more.bytes)
  return ONNXBytes.model(graph)
}

/// graph → node → attribute → graph …, put together from the inside in linear time.
private func nested(_ levels: Int) -> [UInt8] {
  func header(_ field: UInt64, _ length: Int) -> [UInt8] {
    ProtobufBytes.varint(field << 3 | 2) + ProtobufBytes.varint(UInt64(length))
  }
  let opType = ProtobufBytes().text(4, "If").bytes
  let name = ProtobufBytes().text(2, "g").bytes
  var openings: [[UInt8]] = []
  var length = name.count
  for _ in 0..<levels {
    let body = header(6, length)
    let attribute = header(5, body.count + length)
    let node = header(1, opType.count + attribute.count + body.count + length)
    openings.append(name + node + opType + attribute + body)
    length += name.count + node.count + opType.count + attribute.count + body.count
  }
  let graph = openings.reversed().flatMap { $0 } + name
  return ProtobufBytes().number(1, 8).raw(header(7, graph.count) + graph)
    .message(8, ProtobufBytes().number(2, 17)).bytes
}

private let relu = ONNXBytes.node("Relu", ["x"], ["y"], name: "r")

private let hostileFiles: [HostileFile] = [
  HostileFile(testDescription: "empty", bytes: [], says: "empty"),
  HostileFile(testDescription: "one byte", bytes: [8]),
  HostileFile(testDescription: "zeros", bytes: [UInt8](repeating: 0, count: 4096)),
  HostileFile(
    testDescription: "random",
    bytes: {
      var random = SplitMix64(seed: 7)
      return (0..<4096).map { _ in UInt8.random(in: 0...255, using: &random) }
    }()),
  HostileFile(
    testDescription: "web page", bytes: Array("<!DOCTYPE html><html><body>Sign in".utf8),
    says: "HTML"),
  HostileFile(
    testDescription: "git-lfs pointer",
    bytes: Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n".utf8),
    says: "git lfs pull"),
  HostileFile(testDescription: "gzip", bytes: [0x1f, 0x8b, 8, 0, 0, 0, 0, 0], says: "gzip"),
  HostileFile(
    testDescription: "PyTorch", bytes: [0x50, 0x4b, 3, 4] + Array("archive/data.pkl".utf8),
    name: "model.pt", says: "PyTorch"),
  HostileFile(
    testDescription: "TensorFlow Lite", bytes: [0x1c, 0, 0, 0] + Array("TFL3".utf8),
    name: "model.tflite", says: "TensorFlow Lite"),
  HostileFile(
    testDescription: "a length beyond the file",
    bytes: ProtobufBytes().number(1, 8).raw([0x3a, 0xff, 0xff, 0xff, 0xff, 0x07, 1]).bytes),
  HostileFile(testDescription: "a group end alone", bytes: [8, 8, 0x0c]),
  HostileFile(testDescription: "no graph", bytes: ProtobufBytes().number(1, 8).bytes),
  HostileFile(testDescription: "101 levels", bytes: nested(101)),
  HostileFile(testDescription: "20,000 levels", bytes: nested(20_000)),
  HostileFile(
    testDescription: "a node that reads what nobody makes",
    bytes: graph([ONNXBytes.node("Relu", ["nowhere"], ["y"], name: "r")]), says: "nowhere"),
  HostileFile(
    testDescription: "a cycle",
    bytes: graph([
      ONNXBytes.node("Add", ["x", "b"], ["a"], name: "n1"),
      ONNXBytes.node("Relu", ["a"], ["b"], name: "n2"), relu,
    ])),
  HostileFile(
    testDescription: "a name made twice", bytes: graph([relu, relu]), says: "\"y\""),
  HostileFile(
    testDescription: "a tensor that lies about its shape",
    bytes: graph(
      [relu],
      ProtobufBytes().message(
        5, ONNXBytes.tensor("w", [1000, 1000], rawBytes: [0, 0, 128, 63]))), says: "\"w\""),
  HostileFile(
    testDescription: "a tensor whose shape overflows",
    bytes: graph(
      [relu],
      ProtobufBytes().message(
        5, ONNXBytes.tensor("w", [1 << 40, 1 << 40], rawBytes: []))), says: "\"w\""),
  HostileFile(
    testDescription: "a negative dimension",
    bytes: graph(
      [relu], ProtobufBytes().message(5, ONNXBytes.tensor("w", [-1], rawBytes: []))), says: "\"w\""
  ),
  HostileFile(
    testDescription: "control characters in names",
    bytes: graph([ONNXBytes.node("Relu", ["a\nb\u{1B}[31m"], ["y"], name: "r\n")])),
  HostileFile(
    testDescription: "half a million empty messages",
    bytes: ONNXBytes.model(
      ProtobufBytes().raw((0..<500_000).flatMap { _ in [0x0a, 0] as [UInt8] })),
    says: "op_type"),
]

@Suite("Files that lie")
struct HostileFileTests {
  @Test("One clear line, no output, no crash", arguments: hostileFiles)
  func refused(_ file: HostileFile) throws {
    let folder = try ScratchFolder()
    try folder.write(file.bytes, to: file.name)
    for arguments in [
      ["fold", file.name, "-o", "out.onnx"], ["inspect", file.name], ["run", file.name],
      ["verify", Samples.file("cnn.onnx"), file.name],
    ] {
      let run = try CommandRun.bnfold(arguments, folder: folder.path)
      #expect(run.status == file.status, "\(arguments): \(run.errors)")
      #expect(run.errorLines.count == 1, "\(run.errors)")
      #expect(run.errors.contains(file.says), "\(run.errors)")
      #expect(run.errors.contains(file.name), "\(run.errors)")
      #expect(!run.errors.contains("\u{1B}"))
      #expect(run.output.isEmpty)
    }
    #expect(try folder.names() == [file.name])
  }

  @Test("A truncated model is refused wherever it ends", arguments: try Samples.all())
  func truncated(_ sample: Samples.Sample) throws {
    let bytes = try TestFiles.bytes(sample.model)
    let folder = try ScratchFolder()
    if sample.name == "external" { try folder.copy(Samples.file("external.onnx.data")) }
    let kept = try folder.names()
    for part in 1..<8 {
      try folder.write(Array(bytes.prefix(bytes.count * part / 8)), to: "model.onnx")
      let run = try CommandRun.bnfold(
        ["fold", "model.onnx", "-o", "out.onnx"], folder: folder.path)
      #expect(run.status == 65, "\(run.errors)")
      #expect(run.errorLines.count == 1, "\(run.errors)")
      #expect(try folder.names() == (kept + ["model.onnx"]).sorted())
    }
  }

  @Test("A flipped bit is refused or is another valid model; never a crash")
  func flippedBits() throws {
    let bytes = try TestFiles.bytes(Samples.file("branches.onnx"))
    let folder = try ScratchFolder()
    var random = SplitMix64(seed: 11)
    for _ in 0..<60 {
      var flipped = bytes
      let bit = Int.random(in: 0..<(8 * bytes.count), using: &random)
      flipped[bit / 8] ^= 1 << UInt8(bit % 8)
      try folder.write(flipped, to: "model.onnx")
      let run = try CommandRun.bnfold(
        ["fold", "model.onnx", "-o", "out.onnx"], folder: folder.path)
      #expect([0, 65, 69, 71].contains(run.status), "bit \(bit): \(run.status) \(run.errors)")
      #expect(run.status == 0 || run.errorLines.count == 1, "bit \(bit): \(run.errors)")
    }
  }

  @Test("The content counts, not the ending of the name")
  func otherEnding() throws {
    let folder = try ScratchFolder()
    try folder.copy(Samples.file("cnn.onnx"), as: "model with spaces ü\n.txt")
    let run = try CommandRun.bnfold(
      ["fold", "model with spaces ü\n.txt", "-o", "out.onnx"], folder: folder.path)
    #expect(run.status == 0, "\(run.errors)")
  }
}
