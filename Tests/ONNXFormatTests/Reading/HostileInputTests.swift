import ByteStore
import Foundation
import ModelFormats
import ModelIR
import ONNXFormat
import TestSupport
import Testing

/// Small models of many kinds, made by hand.
private let handmade: [[UInt8]] = [
  WireBytes.model(),
  WireBytes.model(
    before: WireBytes.make {
      $0.group(40) { $0.varint(3, 5) }
      $0.text(500, "unknown")
    }),
  WireBytes.model { graph in
    graph.node("Conv", ["x", "w"], ["y"], name: "conv") { node in
      node.attribute("pads", type: 7) { for v in [1, 1, 1, 1] { $0.varint(8, v) } }
      node.attribute("auto_pad", type: 3) { $0.text(4, "NOTSET") }
    }
    graph.tensor(5, "w", type: 1, dims: [1, 1, 1, 1]) { $0.fixed32(4, 1) }
    graph.value(11, "x")
    graph.value(12, "y")
  },
  WireBytes.model { graph in
    graph.node("If", ["x"], ["y"]) { node in
      node.attribute("then_branch", type: 5) { $0.message(6, WireBytes.relu) }
    }
    graph.value(11, "x")
  },
]

/// Reading either works or ends in a FormatError; anything else is a failure of the test.
private func readsOrRefuses(_ bytes: [UInt8], at path: String) {
  do {
    let result = try ONNXReader().read(ByteSource(bytes, path: path), options: ReadOptions())
    for value in result.model.values {
      guard let tensor = value.initializer, tensor.dataType != .string,
        tensor.shape.elementCount < 1 << 20
      else { continue }
      _ = try? tensor.loadBytes()
    }
  } catch is FormatError {
  } catch {
    Issue.record("\(error)")
  }
}

@Suite("Hostile files")
struct HostileInputTests {
  static let samples = ["branches", "external", "half", "ir3", "mlp", "residual-kept"]

  @Test("A file cut at any byte is refused or read", arguments: samples)
  func truncatedSamples(_ name: String) throws {
    let path = Samples.file("\(name).onnx")
    let bytes = try TestFiles.bytes(path)
    for length in 0..<bytes.count { readsOrRefuses(Array(bytes.prefix(length)), at: path) }
  }

  @Test("A handmade file cut at any byte is refused or read", arguments: handmade.indices)
  func truncatedHandmade(_ index: Int) throws {
    let bytes = handmade[index]
    _ = try? read(bytes)
    for length in 0..<bytes.count {
      readsOrRefuses(Array(bytes.prefix(length)), at: "test.onnx")
    }
  }

  @Test("A file with a flipped bit is refused or read", arguments: samples)
  func flipped(_ name: String) throws {
    let path = Samples.file("\(name).onnx")
    let bytes = try TestFiles.bytes(path)
    var random = SplitMix64(seed: 20)
    for _ in 0..<1000 {
      var copy = bytes
      let position = Int.random(in: 0..<bytes.count, using: &random)
      copy[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      readsOrRefuses(copy, at: path)
    }
  }

  @Test("Bytes at random are refused")
  func random() {
    var random = SplitMix64(seed: 3)
    for length in [1, 2, 3, 10, 100, 1000, 10_000] {
      for _ in 0..<50 {
        let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
        readsOrRefuses(bytes, at: "random.onnx")
      }
    }
  }

  @Test("Half a million empty messages exceed the memory budget")
  func amplification() throws {
    let bytes = WireBytes.model { graph in
      graph.raw(Array(repeatElement([0x2a, 0x00], count: 500_000).joined()))
    }
    let error = try #require(formatError(bytes))
    guard case .limitExceeded(.memory, _, _) = error.problem else {
      Issue.record("\(error)")
      return
    }
  }

  @Test("A singular message given thousands of times is refused at the second")
  func repeatedGraph() throws {
    let one = WireBytes.make { $0.message(7, WireBytes.relu) }
    let bytes = Array(repeatElement(one, count: 20_000).joined())
    let error = try #require(formatError(bytes))
    #expect(error.description.contains("given twice"))
    #expect(error.location.position == .byte(one.count))
  }

  @Test("Graphs nested thousands deep are refused")
  func deep() throws {
    var graph: [UInt8] = []
    for _ in 0..<1000 {
      let inner = graph
      graph = WireBytes.make { $0.message(1) { $0.message(5) { $0.data(6, inner) } } }
    }
    let error = try #require(formatError(WireBytes.model { $0.raw(graph) }))
    guard case .limitExceeded(.depth, _, 100) = error.problem else {
      Issue.record("\(error)")
      return
    }
  }

  @Test("Names that are no text are refused, doc strings are not")
  func text() throws {
    for name: [UInt8] in [[0xff], [0x61, 0, 0x62], [0xc0, 0x80], [0xed, 0xa0, 0x80]] {
      let bytes = WireBytes.model { graph in
        WireBytes.relu(&graph)
        graph.data(2, name)
      }
      let error = try #require(formatError(bytes))
      guard case .malformed("name", _) = error.problem else {
        Issue.record("\(error)")
        continue
      }
      let document = WireBytes.model { graph in
        WireBytes.relu(&graph)
        graph.data(10, name)
      }
      _ = try read(document)
    }
  }

  @Test("A hundred thousand nodes are read in a row")
  func manyNodes() throws {
    let count = 100_000
    let bytes = WireBytes.model { graph in
      for index in 0..<count { graph.node("Relu", ["v\(index)"], ["v\(index + 1)"]) }
      graph.value(11, "v0")
      graph.value(12, "v\(count)")
    }
    #expect(try read(bytes).model.nodes.count == count)
    var limited = ReadOptions()
    limited.limits.nodes = count - 1
    guard case .limitExceeded(.nodes, _, _)? = formatError(bytes, limited)?.problem else {
      Issue.record("no limit")
      return
    }
  }

  @Test("The format is recognised by its first fields, whatever the name")
  func probe() throws {
    func confidence(_ bytes: [UInt8], _ name: String) throws -> ProbeConfidence {
      ONNXReader().probe(try ProbeCandidate(ByteSource(bytes, path: name)))
    }
    #expect(try confidence(WireBytes.model(), "a/b.bin") == .magic)
    #expect(try confidence(Array("PK\u{3}\u{4}xxxxxxxxxxxxxx".utf8), "b.pt") == .none)
    #expect(try confidence(Array("<!DOCTYPE html>".utf8), "b.onnx") == .fileExtension)
    for name in Self.samples {
      let source = try ByteSource(file: Samples.file("\(name).onnx"))
      #expect(ONNXReader().probe(try ProbeCandidate(source)) == .magic)
    }
    let registry = FormatRegistry([ONNXReader()])
    #expect(throws: FormatError.self) {
      try registry.reader(for: ByteSource(Array("<!DOCTYPE html>".utf8), path: "b.onnx"))
    }
    #expect(throws: FormatError.self) { try registry.reader(for: ByteSource([], path: "b.onnx")) }
  }
}
