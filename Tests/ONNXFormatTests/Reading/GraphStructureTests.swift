import ByteStore
import ModelFormats
import ModelIR
import Testing

@Suite("Graphs, bodies, functions, versions")
struct GraphStructureTests {
  @Test("Inputs, outputs, initializers, nodes and their names")
  func plain() throws {
    let bytes = WireBytes.model { graph in
      graph.node("Conv", ["x", "w", ""], ["c"], name: "conv")
      graph.node("Relu", ["c"], ["y"], domain: "ai.onnx")
      graph.tensor(5, "w", type: 1, dims: [1, 1, 1, 1]) { $0.fixed32(4, 3) }
      graph.text(2, "main")
      graph.value(11, "x")
      graph.value(11, "w")
      graph.value(12, "y")
    }
    let model = try read(bytes).model
    try model.validate()
    let graph = model[model.mainGraph]
    #expect(graph.name == "main")
    #expect(graph.inputs.map { model[$0].name } == ["x", "w"])
    #expect(graph.outputs.map { model[$0].name } == ["y"])
    #expect(graph.initializers.map { model[$0].name } == ["w"])
    #expect(model.requiredInputs(of: model.mainGraph).map { model[$0].name } == ["x"])
    let conv = model[graph.nodes[0]]
    #expect(conv.inputs.map { $0.map { model[$0].name } } == ["x", "w", nil])
    #expect(conv.origin == Origin(record: 0))
    #expect(model[graph.nodes[1]].domain == "")
    #expect(model.opsets == ["": 17])
    #expect(model.header.irVersion == 8)
    // An initializer among the inputs is a default that the caller may override, from IR 4 on.
    #expect(!model.isFixedInitializer(graph.initializers[0]))
  }

  private static func body(_ wire: inout WireBytes) {
    wire.node("Relu", ["outer"], ["inner"])
    wire.value(12, "inner")
  }

  @Test("A body reads values of the graph around it by their own ids")
  func captured() throws {
    let bytes = WireBytes.model { graph in
      graph.node("Relu", ["x"], ["outer"])
      graph.node("If", ["cond"], ["y"]) { node in
        node.attribute("then_branch", type: 5) { $0.message(6, Self.body) }
      }
      graph.value(11, "x")
      graph.value(11, "cond")
      graph.value(12, "y")
    }
    let model = try read(bytes).model
    try model.validate()
    guard
      case .graph(let body)? = model.nodes.compactMap({ $0 }).first(where: { $0.opType == "If" })?
        .attribute("then_branch")
    else {
      Issue.record("no body")
      return
    }
    let inner = model[model[body].nodes[0]]
    #expect(inner.inputs == [model.nodes[0]?.outputs[0]])
    #expect(model[body].parent != nil)
  }

  @Test("Functions have their own sets, references and defaults")
  func functions() throws {
    let bytes = WireBytes.model(
      after: WireBytes.make { model in
        model.message(25) { function in
          function.text(1, "Mine")
          function.text(4, "a")
          function.text(5, "b")
          function.text(6, "alpha")
          function.node("LeakyRelu", ["a"], ["b"], field: 7) { node in
            node.attribute("alpha", type: 1) { $0.text(21, "alpha") }
          }
          function.message(9) { $0.varint(2, 16) }
          function.text(10, "my.domain")
        }
      }
    ) { graph in
      graph.node("Mine", ["x"], ["y"], domain: "my.domain")
      graph.value(11, "x")
      graph.value(12, "y")
    }
    let model = try read(bytes).model
    try model.validate()
    let node = try #require(model.nodes.compactMap { $0 }.first { $0.opType == "Mine" })
    let function = try #require(model.function(calledBy: node))
    #expect(function.requiredAttributes == ["alpha"])
    #expect(model.opsets(in: function.body) == ["": 16])
    guard case .reference("alpha")? = model[model[function.body].nodes[0]].attribute("alpha") else {
      Issue.record("no reference")
      return
    }
  }

  @Test("Functions that call themselves or each other are refused", arguments: [1, 2, 5])
  func recursion(length: Int) throws {
    let bytes = WireBytes.model(
      after: WireBytes.make { model in
        for index in 0..<length {
          model.message(25) { function in
            function.text(1, "f\(index)")
            function.text(4, "a")
            function.text(5, "b")
            function.node("f\((index + 1) % length)", ["a"], ["b"], field: 7, domain: "d")
            function.text(10, "d")
          }
        }
      })
    #expect(try #require(formatError(bytes)).description.contains("calls itself"))
  }

  @Test("Initializers that training updates are no constants")
  func training() throws {
    let bytes = WireBytes.model(
      after: WireBytes.make { model in
        model.message(20) { training in
          training.message(4) {
            $0.text(1, "w")
            $0.text(2, "w_new")
          }
        }
      }
    ) { graph in
      WireBytes.relu(&graph)
      for name in ["w", "v"] { graph.tensor(5, name, type: 2, dims: [1]) { $0.data(9, [1]) } }
    }
    let model = try read(bytes).model
    #expect(value("w", in: model)?.isMutable == true)
    #expect(value("v", in: model)?.isMutable == false)
  }

  @Test("Types of values: symbols, unknown extents, no rank")
  func types() throws {
    let bytes = WireBytes.model { graph in
      graph.node("Relu", ["x"], ["y"])
      graph.message(11) { value in
        value.text(1, "x")
        value.message(2) { type in
          type.message(1) { tensor in
            tensor.varint(1, 10)
            tensor.message(2) { shape in
              shape.message(1) { $0.text(2, "N") }
              shape.message(1) { $0.varint(1, 3) }
              shape.message(1) { _ in }
              shape.message(1) { $0.varint(1, -1) }
            }
          }
        }
      }
      graph.message(12) { $0.text(1, "y") }
    }
    let model = try read(bytes).model
    #expect(
      value("x", in: model)?.type
        == .tensor(.float16, [.symbol("N"), .known(3), .unknown, .unknown]))
    #expect(value("y", in: model)?.type == nil)
  }

  static let graphs: [(String, String, @Sendable (inout WireBytes) -> Void)] = [
    (
      "which nothing makes", "graph.node[1] \"bn\".input[2]",
      { graph in
        graph.node("Relu", ["x"], ["a"])
        graph.node("BatchNormalization", ["a", "x", "nowhere"], ["y"], name: "bn")
        graph.value(11, "x")
        graph.value(12, "y")
      }
    ),
    (
      "node[1] makes further on", "graph.node[0] \"first\".input[0]",
      { graph in
        graph.node("Relu", ["a"], ["y"], name: "first")
        graph.node("Relu", ["x"], ["a"])
        graph.value(11, "x")
        graph.value(12, "y")
      }
    ),
    (
      "which it makes itself", "graph.node[0].input[0]",
      { graph in
        graph.node("Relu", ["y"], ["y"])
        graph.value(12, "y")
      }
    ),
    (
      "two values", "graph.node[1].output[0]",
      { graph in
        graph.node("Relu", ["x"], ["y"])
        graph.node("Relu", ["x"], ["y"])
        graph.value(11, "x")
        graph.value(12, "y")
      }
    ),
    (
      "two values", "graph.input[1] \"x\"",
      { graph in
        graph.value(11, "x")
        graph.value(11, "x")
      }
    ),
    (
      "given twice", "graph.initializer[1] \"w\"",
      { graph in
        for _ in 0..<2 { graph.tensor(5, "w", type: 2, dims: [1]) { $0.data(9, [1]) } }
      }
    ),
    (
      "hides a value", "graph.node[0].attribute[0] \"body\".g.node[0].output[0]",
      { graph in
        graph.node("If", ["x"], ["y"]) { node in
          node.attribute("body", type: 5) { $0.message(6) { $0.node("Relu", ["x"], ["x"]) } }
        }
        graph.value(11, "x")
      }
    ),
    (
      "output \"z\"", "graph.output[1] \"z\"",
      { graph in
        WireBytes.relu(&graph)
        graph.value(12, "z")
      }
    ),
    (
      "op_type is missing", "graph.node[0] \"n\"",
      { graph in
        graph.message(1) { $0.text(3, "n") }
      }
    ),
    (
      "the name is missing", "graph.initializer[0]",
      { graph in
        graph.tensor(5, "", type: 2, dims: [1]) { $0.data(9, [1]) }
      }
    ),
  ]

  @Test("Graphs that do not hold together are refused at their place", arguments: graphs.indices)
  func broken(_ index: Int) throws {
    let (text, place, graph) = Self.graphs[index]
    let error = try #require(formatError(WireBytes.model(graph: graph)))
    #expect(error.description.contains(text), "\(error)")
    #expect(error.location.path.map(\.description).joined(separator: ".") == place, "\(error)")
    guard case .byte = error.location.position else {
      Issue.record("no byte offset: \(error)")
      return
    }
  }

  @Test("Versions that are missing, impossible or unknown")
  func versions() throws {
    let noGraph = WireBytes.make {
      $0.varint(1, 8)
      $0.message(8) { $0.varint(2, 17) }
    }
    #expect(formatError(noGraph)?.problem == .missing(field: "the graph"))
    #expect(formatError(WireBytes.model(irVersion: nil))?.problem == .missing(field: "ir_version"))
    #expect(formatError(WireBytes.model(opset: nil))?.problem == .missing(field: "opset_import"))
    #expect(try read(WireBytes.model(irVersion: 2, opset: nil)).model.opsets == ["": 1])
    for version in [0, -1, 14, 99] {
      guard case .unsupported? = formatError(WireBytes.model(irVersion: version))?.problem else {
        Issue.record("IR version \(version)")
        return
      }
    }
    for version in 1...13 { _ = try read(WireBytes.model(irVersion: version)) }
    var forced = ReadOptions()
    forced.allowsUnknownVersions = true
    #expect(try read(WireBytes.model(irVersion: 99, opset: 999), forced).model.opsets == ["": 999])
    guard case .unsupported? = formatError(WireBytes.model(opset: 999))?.problem else {
      Issue.record("opset 999")
      return
    }
    for version in [0, -1] {
      guard case .malformed? = formatError(WireBytes.model(opset: version))?.problem else {
        Issue.record("opset \(version)")
        return
      }
    }
    let two = WireBytes.model(
      after: WireBytes.make {
        $0.message(8) {
          $0.text(1, "ai.onnx"); $0.varint(2, 11)
        }
      })
    #expect(try #require(formatError(two)).description.contains("versions 17 and 11"))
  }

  @Test("A node's place is found wherever its graph's name and fields stand")
  func permuted() throws {
    let bytes = WireBytes.make { model in
      model.message(8) { $0.varint(2, 17) }
      model.message(7) { graph in
        graph.value(12, "y")
        graph.tensor(5, "w", type: 1, dims: [1]) { $0.fixed32(4, 1) }
        graph.node("Mul", ["x", "w"], ["y"])
        graph.value(11, "x")
        graph.value(11, "w")
      }
      model.varint(1, 3)
    }
    let model = try read(bytes).model
    try model.validate()
    #expect(model.isFixedInitializer(model[model.mainGraph].initializers[0]))
  }
}
