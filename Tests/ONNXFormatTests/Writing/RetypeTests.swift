import ModelFormats
import ModelIR
import TestSupport
import Testing

@testable import ONNXFormat

@Suite("ONNX writer: types that are stated otherwise")
struct RetypeTests {
  @Test(arguments: Fixtures.all)
  func onlyTheTypeIsWrittenAnew(_ path: String) throws {
    let rewriting = try Rewriting()
    let new = try rewriting(path) { model in
      for name in ["x", "z", "c"] {
        let value = try model.value(name)
        model[value].type = .tensor(.float32, [.known(7), .symbol("n"), .unknown])
      }
    }
    let lines = RecordDiff.lines(try TestFiles.bytes(path), new)
    #expect(!lines.isEmpty)
    #expect(
      lines.allSatisfy { line in
        ["input", "output", "value_info"].contains { line.contains("graph[0].\($0)[") }
      }, "\(lines)")
    let read = try rewriting.read(rewriting.folder.path("out.onnx")).model
    for name in ["x", "z", "c"] {
      #expect(
        read[try read.value(name)].type?.dimensions == [.known(7), .symbol("n"), .unknown])
    }
  }

  @Test func aPartHasItsOwnInputsAndOutputs() throws {
    let rewriting = try Rewriting()
    _ = try rewriting(Fixtures.all[0]) { model in
      let (from, to) = (try model.value("c"), try model.value("act"))
      let type = ValueType.tensor(.float32, [.known(1), .known(4), .unknown, .unknown])
      try model.cut(inputs: [from], outputs: [to], types: [from: type, to: type])
    }
    let read = try rewriting.read(rewriting.folder.path("out.onnx")).model
    let graph = read[read.mainGraph]
    #expect(read.requiredInputs(of: read.mainGraph).map { read[$0].name } == ["c"])
    #expect(graph.outputs.map { read[$0].name } == ["act"])
    #expect(graph.nodes.map { read[$0].name } == ["bn"])
    #expect(
      graph.initializers.map { read[$0].name }.sorted() == ["beta", "gamma", "mean", "var"])
    try read.validate()
  }
}
