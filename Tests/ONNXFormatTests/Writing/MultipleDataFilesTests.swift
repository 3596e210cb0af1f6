import ByteStore
import ModelFormats
import ModelIR
import TestSupport
import Testing

@testable import ONNXFormat

/// A model of three external tensors in two data files, packed by hand: offsets, lengths left out
/// and checksums as no library writes them together.
@Suite("ONNX writer: several data files, checksums, lengths that are left out")
struct MultipleDataFilesTests {
  private let rewriting: Rewriting
  private let path: String
  private let first = (0..<4096).map { UInt8(truncatingIfNeeded: $0 % 63) }
  private let second = (0..<2048).map { UInt8(truncatingIfNeeded: $0 % 59) }

  init() throws {
    rewriting = try Rewriting()
    try rewriting.folder.write(first, to: "a.bin")
    try rewriting.folder.write(second, to: "b.bin")
    func message(_ field: Int, _ body: [UInt8]) -> [UInt8] {
      WireEncoding.record(field: field, body)
    }
    func text(_ field: Int, _ text: String) -> [UInt8] { message(field, Array(text.utf8)) }
    func tensor(_ name: String, _ count: UInt8, _ entries: [(String, String)]) -> [UInt8] {
      // dims, data_type FLOAT, name, entries, data_location EXTERNAL.
      [8, count, 16, 1] + text(8, name)
        + entries.flatMap { message(13, text(1, $0.0) + text(2, $0.1)) } + [112, 1]
    }
    func node(_ name: String, _ input: String, _ output: String) -> [UInt8] {
      text(1, input) + text(2, output) + text(3, name) + text(4, "Identity")
    }
    let graph =
      message(1, node("n0", "w0", "y0")) + message(1, node("n1", "w1", "y1"))
      + message(1, node("n2", "w2", "y2")) + text(2, "g")
      + message(
        5, tensor("w0", 64, [("location", "a.bin"), ("length", "256"), ("checksum", "c0")]))
      + message(5, tensor("w1", 64, [("location", "a.bin"), ("offset", "3840")]))
      + message(
        5, tensor("w2", 64, [("location", "b.bin"), ("offset", "1792"), ("checksum", "c2")]))
      + ["y0", "y1", "y2"].flatMap { message(12, text(1, $0)) }
    let opset = message(8, [16, 13])
    path = try rewriting.folder.write([8, 8] + message(7, graph) + opset, to: "two.onnx")
  }

  private func replace(_ name: String, times factor: Double, in model: inout Model) throws {
    let old = try model.value(name)
    let tensor = try model[old].initializer.orThrow(name)
    let count = tensor.shape.elementCount
    let scaled = Tensor(
      dataType: .float32, shape: tensor.shape,
      recipe: TensorRecipe(terms: [.init(source: tensor)]).scaled(
        by: [Double](repeating: factor, count: count), at: .axis(0)))
    let new = model.addInitializer(name + "_new", scaled, to: model.mainGraph)
    for node in model[model.mainGraph].nodes {
      model[node].inputs = model[node].inputs.map { $0 == old ? new : $0 }
    }
    try model.remove([], droppingInitializers: [name])
  }

  @Test func numberedNames() throws {
    let new = try rewriting(path)
    #expect(
      Set(RecordDiff.lines(try TestFiles.bytes(path), new)) == [
        "~ graph[0].initializer[0].external[0].value[0]",
        "~ graph[0].initializer[1].external[0].value[0]",
        "~ graph[0].initializer[2].external[0].value[0]",
      ])
    #expect(try TestFiles.bytes(rewriting.folder.path("out.onnx.1.data")) == first)
    #expect(try TestFiles.bytes(rewriting.folder.path("out.onnx.2.data")) == second)
  }

  /// Only the checksum of the file that changed goes; the other still holds.
  @Test func checksums() throws {
    let new = try rewriting(path) { model in try replace("w1", times: 2, in: &model) }
    let lines = RecordDiff.lines(try TestFiles.bytes(path), new)
    #expect(lines.contains("- graph[0].initializer[0].external[2]"))
    let text = String(decoding: new, as: UTF8.self)
    #expect(text.contains("c2") && !text.contains("c0"))
    var expected = first
    let model = try rewriting.read(rewriting.folder.path("out.onnx")).model
    let bytes = try model[try model.value("w1_new")].initializer?.loadBytes() ?? []
    expected.replaceSubrange(3840..<4096, with: bytes)
    #expect(try TestFiles.bytes(rewriting.folder.path("out.onnx.1.data")) == expected)
  }

  /// What reached to the end of its file says where it ends once the file is longer.
  @Test func lengthsWhereAFileGrows() throws {
    let new = try rewriting(path) { model in
      let old = try model.value("w2")
      let tensor = try model[old].initializer.orThrow("w2")
      let wide = Tensor(
        dataType: .float32, shape: try TensorShape([8, 64]).orThrow("shape"),
        recipe: TensorRecipe(terms: [.init(source: tensor)]))
      let value = model.addInitializer("wide", wide, to: model.mainGraph)
      model[model[model.mainGraph].nodes[0]].inputs = [value]
    }
    let lines = RecordDiff.lines(try TestFiles.bytes(path), new)
    // The length stands where the checksum, which does not hold any more, stood.
    #expect(lines.contains("~ graph[0].initializer[2].external[2].key[0]"), "\(lines)")
    #expect(!String(decoding: new, as: UTF8.self).contains("c2"))
    let model = try rewriting.read(rewriting.folder.path("out.onnx")).model
    #expect(try model[try model.value("w2")].initializer?.loadBytes() == Array(second[1792...]))
    let wide = try model[try model.value("wide")].initializer?.loadBytes() ?? []
    #expect(wide == (0..<8).flatMap { _ in second[1792...] })
    #expect(try TestFiles.bytes(rewriting.folder.path("out.onnx.2.data")).count == 4096 + 2048)
  }

  /// A data file that nothing refers to any more is not written.
  @Test func filesThatNothingNeeds() throws {
    _ = try rewriting(path) { model in
      let w0 = try model.value("w0")
      model[model[model.mainGraph].nodes[2]].inputs = [w0]
      try model.remove([], droppingInitializers: ["w2"])
    }
    #expect(
      try rewriting.folder.names() == ["a.bin", "b.bin", "out.onnx", "out.onnx.data", "two.onnx"])
  }
}
