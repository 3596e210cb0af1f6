import ByteStore
import ModelFormats
import ModelIR
import Testing

private func model(
  type: Int?, _ body: @escaping (inout WireBytes) -> Void
) -> [UInt8] {
  WireBytes.model { graph in
    graph.node("Some", ["x"], ["y"], name: "n") { $0.attribute("a", type: type, body) }
    graph.value(11, "x")
    graph.value(12, "y")
  }
}

private func attribute(
  type: Int?, _ body: @escaping (inout WireBytes) -> Void
) throws -> AttributeValue {
  let model = try read(model(type: type, body)).model
  return try #require(model.nodes[0]?.attribute("a"))
}

@Suite("Attributes in every form")
struct AttributeTests {
  @Test("Every type, said and (as in IR version 1) not said", arguments: [true, false])
  func forms(saysType: Bool) throws {
    func at(_ type: Int) -> Int? { saysType ? type : nil }
    guard case .float(2.5) = try attribute(type: at(1), { $0.fixed32(2, 2.5) }) else {
      Issue.record("float")
      return
    }
    guard case .int(-3) = try attribute(type: at(2), { $0.varint(3, -3) }) else {
      Issue.record("int")
      return
    }
    #expect(try attribute(type: at(3)) { $0.text(4, "SAME") }.text == "SAME")
    guard
      case .floats([1, 2]) = try attribute(
        type: at(6),
        {
          $0.fixed32(7, 1)
          $0.fixed32(7, 2)
        })
    else {
      Issue.record("floats")
      return
    }
    guard
      case .ints([1, -1, 300]) = try attribute(
        type: at(7),
        { wire in
          wire.varint(8, 1)
          wire.data(
            8, WireBytes.make { for v in [-1, 300] { $0.number(UInt64(bitPattern: Int64(v))) } })
        })
    else {
      Issue.record("ints")
      return
    }
    guard
      case .strings([[65], []]) = try attribute(
        type: at(8),
        {
          $0.text(9, "A")
          $0.text(9, "")
        })
    else {
      Issue.record("strings")
      return
    }
    guard
      case .tensor(let tensor) = try attribute(
        type: at(4),
        {
          $0.tensor(5, "", type: 2, dims: [1]) { $0.data(9, [5]) }
        })
    else {
      Issue.record("tensor")
      return
    }
    #expect(try tensor.loadBytes() == [5])
    guard
      case .tensors(let tensors) = try attribute(
        type: at(9),
        { wire in
          for byte: UInt8 in [5, 6] {
            wire.tensor(10, "", type: 2, dims: [1]) { $0.data(9, [byte]) }
          }
        })
    else {
      Issue.record("tensors")
      return
    }
    #expect(try tensors.map { try $0.loadBytes() } == [[5], [6]])
    guard
      case .type(.sequence(.tensor(.float32, nil))) = try attribute(
        type: at(13),
        {
          $0.message(14) { $0.message(4) { $0.message(1) { $0.message(1) { $0.varint(1, 1) } } } }
        })
    else {
      Issue.record("type")
      return
    }
  }

  @Test("Zeros and empty lists that a writer left out")
  func leftOut() throws {
    guard case .int(0) = try attribute(type: 2, { _ in }),
      case .float(0) = try attribute(type: 1, { _ in }),
      case .ints([]) = try attribute(type: 7, { _ in }),
      case .string([]) = try attribute(type: 3, { _ in })
    else {
      Issue.record("not zero")
      return
    }
  }

  @Test("What contradicts itself is refused at its place")
  func refused() throws {
    let cases: [(String, [UInt8])] = [
      ("its value is in f", model(type: 2) { $0.fixed32(2, 1) }),
      (
        "two values, f and i",
        model(type: 1) {
          $0.fixed32(2, 1)
          $0.varint(3, 1)
        }
      ),
      ("type and value is missing", model(type: nil) { _ in }),
      ("99 is no type", model(type: 99) { $0.varint(3, 1) }),
      ("outside of a function", model(type: 2) { $0.text(21, "b") }),
      ("t is missing", model(type: 4) { _ in }),
      ("g is missing", model(type: 5) { _ in }),
    ]
    for (text, bytes) in cases {
      let error = try #require(formatError(bytes))
      #expect(error.description.contains(text), "\(error)")
      #expect(error.description.contains("graph.node[0] \"n\".attribute[0] \"a\""), "\(error)")
    }
  }

  @Test("One name twice")
  func twice() throws {
    let bytes = WireBytes.model { graph in
      graph.node("Some", ["x"], ["y"]) {
        $0.attribute("a", type: 2) { $0.varint(3, 1) }
        $0.attribute("a", type: 2) { $0.varint(3, 2) }
      }
      graph.value(11, "x")
      graph.value(12, "y")
    }
    #expect(try #require(formatError(bytes)).description.contains("given twice"))
  }

  @Test("Many attributes on one node are read in linear time")
  func many() throws {
    let bytes = WireBytes.model { graph in
      graph.node("Some", ["x"], ["y"]) { node in
        for index in 0..<20_000 {
          node.attribute("a\(index)", type: 7) { $0.varint(8, index) }
        }
      }
      graph.value(11, "x")
      graph.value(12, "y")
    }
    #expect(try read(bytes).model.nodes[0]?.attributes.count == 20_000)
  }
}
