import ByteStore
import ModelFormats
import ModelIR
import TestSupport
import Testing

@testable import ONNXFormat

@Suite("ONNX writer: an edit changes the records that it names and no other")
struct EditTests {
  /// The forms in which every edit is tried; what differs has to be the same in each.
  static let paths = Fixtures.all

  private func differences(
    _ path: String, _ edit: (inout Model) throws -> Void
  ) throws -> Set<String> {
    let rewriting = try Rewriting()
    let new = try rewriting(path, edit)
    _ = try rewriting.read(rewriting.folder.path("out.onnx"))
    let lines = RecordDiff.lines(try TestFiles.bytes(path), new)
    #expect(Set(lines).count == lines.count)
    return Set(lines)
  }

  @Test(arguments: paths)
  func convolutionTakesOverBatchNormalization(_ path: String) throws {
    let lines = try differences(path) { model in
      let conv = try model.node("conv")
      let graph = model.mainGraph
      let weight = try model[try model.value("w")].initializer.orThrow("w")
      let scaled = Tensor(
        dataType: .float32, shape: weight.shape,
        recipe: TensorRecipe(terms: [.init(source: weight)]).scaled(
          by: [1, 2, 3, 4], at: .axis(0)))
      let bias = Tensor(
        dataType: .float32, shape: .vector(4), recipe: .vector([0.5, 1, 1.5, 2]))
      let w = model.addInitializer("w_folded", scaled, to: graph)
      let b = model.addInitializer("b_folded", bias, to: graph)
      let act = try model.value("act")
      model[conv].inputs = [model[conv].inputs[0], w, b]
      model[conv].outputs = [act]
      model[act].producer = .node(conv, output: 0)
      try model.remove(
        [try model.node("bn")],
        droppingInitializers: ["w", "gamma", "beta", "mean", "var"])
    }
    #expect(
      lines == [
        "~ graph[0].node[0].input[1]", "~ graph[0].node[0].input[2]",
        "~ graph[0].node[0].output[0]", "- graph[0].node[0].device[0].sharding[1]",
        "- graph[0].node[0].device[0].sharding[2]", "- graph[0].node[1]",
        "- graph[0].initializer[0]", "- graph[0].initializer[2]", "- graph[0].initializer[3]",
        "- graph[0].initializer[4]", "- graph[0].initializer[5]", "+ graph[0].initializer[6]",
        "+ graph[0].initializer[7]", "- graph[0].value_info[0]", "- graph[0].annotation[0]",
      ])
  }

  @Test(arguments: paths)
  func newNodeStandsInItsPlace(_ path: String) throws {
    let rewriting = try Rewriting()
    let new = try rewriting(path) { model in
      let before = try model.node("call")
      let branch = try model.value("branch")
      let value = model.addValue(Value(name: "branch_relu", graph: model.mainGraph))
      let node = model.addNode(
        Node(
          name: "relu", opType: "Relu", graph: model.mainGraph, inputs: [branch],
          outputs: [value], attributes: [Attribute("note", .string([104, 105]))]))
      model[before].inputs = [value]
      model[model.mainGraph].nodes.removeAll { $0 == node }
      let place = try model[model.mainGraph].nodes.firstIndex(of: before).orThrow("call")
      model[model.mainGraph].nodes.insert(node, at: place)
    }
    #expect(
      Set(RecordDiff.lines(try TestFiles.bytes(path), new)) == [
        "+ graph[0].node[7]", "~ graph[0].node[8].input[0]",
      ])
    let model = try rewriting.read(rewriting.folder.path("out.onnx")).model
    let node = model[model[model.mainGraph].nodes[7]]
    #expect(node.name == "relu")
    #expect(node.attribute("note")?.text == "hi")
  }

  /// Nodes in another order take each other's places.
  @Test(arguments: paths)
  func reorderedNodes(_ path: String) throws {
    let rewriting = try Rewriting()
    let new = try rewriting(path) { model in
      let graph = model.mainGraph
      model[graph].nodes.swapAt(2, 4)
      let removed = model[graph].nodes[3]
      try model.remove([removed])
    }
    let before = try rewriting.read(path).model
    let after = try rewriting.read(rewriting.folder.path("out.onnx")).model
    var expected = before[before.mainGraph].nodes.map { before[$0].outputs }
    expected.swapAt(2, 4)
    expected.remove(at: 3)
    #expect(
      after[after.mainGraph].nodes.map { after[$0].outputs.map { $0.map { after[$0].name } } }
        == expected.map { $0.map { $0.map { before[$0].name } } })
    #expect(
      RecordDiff.lines(try TestFiles.bytes(path), new)
        .allSatisfy { $0.dropFirst(2).hasPrefix("graph[0].node") })
  }

  @Test(arguments: paths)
  func attributes(_ path: String) throws {
    let lines = try differences(path) { model in
      let conv = try model.node("conv")
      model[conv].setAttribute("strides", .ints([1, 1]))
      let bn = try model.node("bn")
      model[bn].setAttribute("epsilon", .float(0.5))
      let optional = try model.node("", in: nil)
      // The first node without a name is the Constant k, whose tensor becomes another kind.
      model[optional].setAttribute("value", .float(2))
    }
    #expect(
      lines == [
        "+ graph[0].node[0].attribute[1]", "~ graph[0].node[1].attribute[0].f[0]",
        "- graph[0].node[2].attribute[0].t[0]", "+ graph[0].node[2].attribute[0].f[0]",
        "~ graph[0].node[2].attribute[0].type[0]",
      ])
  }

  @Test(arguments: paths)
  func attributeGoes(_ path: String) throws {
    let lines = try differences(path) { model in
      let conv = try model.node("conv")
      model[conv].attributes = []
    }
    #expect(lines == ["- graph[0].node[0].attribute[0]"])
  }

  @Test(arguments: paths)
  func bodiesAreEditedInPlace(_ path: String) throws {
    let lines = try differences(path) { model in
      let body = try model[try model.node("if")].bodies.first.orThrow("else_branch")
      let conv = try model.node("else_conv", in: body)
      let tensor = try Tensor(
        [Float](repeating: 1, count: 8),
        shape: TensorShape([2, 4, 1, 1])
          .orThrow("shape")
      ).orThrow("tensor")
      let w = model.addInitializer("ew_new", tensor, to: body)
      model[conv].inputs[1] = w
      try model.remove([], droppingInitializers: ["ew"])
    }
    let body = "graph[0].node[6].attribute[0].g[0]"
    // One initializer goes and one comes at the same place: a change of that record.
    #expect(lines.contains("~ \(body).node[0].input[1]"))
    #expect(lines.allSatisfy { $0.contains("\(body).initializer[0]") || $0.contains(".input[1]") })
    #expect(lines.count > 1)
  }

  @Test(arguments: paths)
  func functionsGetConstants(_ path: String) throws {
    let rewriting = try Rewriting()
    let new = try rewriting(path) { model in
      let body = try model.functions.first.orThrow("function").body
      let tensor = try Tensor([Float(3)], shape: .vector(1)).orThrow("tensor")
      let three = model.addInitializer("three", tensor, to: body)
      let mul = try model.node("mul", in: body)
      model[mul].inputs[1] = three
    }
    #expect(
      Set(RecordDiff.lines(try TestFiles.bytes(path), new)) == [
        "+ function[0].node[0]", "~ function[0].node[2].input[1]",
      ])
    let model = try rewriting.read(rewriting.folder.path("out.onnx")).model
    let body = try model.functions.first.orThrow("function").body
    let constant = model[model[body].nodes[0]]
    #expect(constant.opType == "Constant")
    guard case .tensor(let tensor)? = constant.attribute("value") else { throw Missing(name: "t") }
    #expect(try tensor.floats() == [3])
  }

  /// The call of a function is written out in the graph, and the function goes.
  @Test(arguments: paths)
  func functionGoes(_ path: String) throws {
    let lines = try differences(path) { model in
      let call = try model.node("call")
      model[call].domain = ""
      model[call].opType = "Relu"
      model.functions = []
    }
    #expect(
      lines == [
        "- function[0]", "~ graph[0].node[7].op_type[0]", "- graph[0].node[7].domain[0]",
      ])
  }

  @Test(arguments: paths)
  func sparseInitializerGoes(_ path: String) throws {
    let lines = try differences(path) { model in
      try model.remove([], droppingInitializers: ["sparse"])
    }
    #expect(lines == ["- graph[0].sparse[0]"])
  }

  /// Up to IR 3 every initializer is a graph input too.
  @Test func inputsOfInitializers() throws {
    let path = try Samples.named("ir3").model
    let rewriting = try Rewriting()
    var dropped = ""
    let new = try rewriting(path) { model in
      let graph = model.mainGraph
      #expect(model.header.irVersion < 4)
      let old = try model[graph].initializers.first.orThrow("initializer")
      dropped = model[old].name
      let tensor = try model[old].initializer.orThrow("tensor")
      let fresh = model.addInitializer("fresh", tensor, to: graph)
      for node in model[graph].nodes {
        model[node].inputs = model[node].inputs.map { $0 == old ? fresh : $0 }
      }
      try model.remove([], droppingInitializers: [dropped])
    }
    let lines = RecordDiff.lines(try TestFiles.bytes(path), new)
    #expect(lines.filter { $0.hasPrefix("+ graph[0].input") }.count == 1)
    #expect(lines.filter { $0.hasPrefix("- graph[0].input") }.count == 1)
    let model = try rewriting.read(rewriting.folder.path("out.onnx")).model
    let names = model[model.mainGraph].inputs.map { model[$0].name }
    #expect(names.contains("fresh") && !names.contains(dropped))
    let fresh = try model.value("fresh")
    #expect(model[fresh].initializer != nil && model[fresh].isGraphInput)
    #expect(model[fresh].type?.dimensions?.count == model[fresh].initializer?.shape.rank)
  }

  /// What training information names is kept from folding: its graphs are copied as they stand.
  @Test func namesInTrainingInformation() throws {
    let model = try Rewriting().read(Fixtures.rich()).model
    #expect(model[try model.value("b")].isMutable)
    #expect(model[try model.value("mean")].isMutable)
    #expect(!model[try model.value("gamma")].isMutable)
  }
}
