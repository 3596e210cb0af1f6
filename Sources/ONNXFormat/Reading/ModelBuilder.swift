internal import ByteStore
internal import ModelFormats
internal import ModelIR

/// Makes the model of unpacked messages, and checks that its graphs hold together.
final class ModelBuilder {
  let context: ReadContext
  private(set) var model: Model

  init(_ context: ReadContext) {
    self.context = context
    model = Model(header: Model.Header(irVersion: 0), opsets: [:])
  }

  func build(_ message: ModelMessage) throws -> Model {
    model.header = try header(message)
    model.opsets = try opsets(message.opsets, irVersion: model.header.irVersion)
    guard let graph = message.graph else { throw context.error(.missing(field: "the graph")) }
    let scope = NameScope(graph: model.mainGraph)
    try context.at("graph") { try fill(graph, scope) }
    try addFunctions(message.functions)
    try readTraining(message.training, scope)
    return model
  }

  // MARK: Graphs

  /// A body of If, Loop or Scan; reads what is around it by name.
  func body(_ message: GraphMessage, in outer: NameScope) throws -> GraphID {
    let graph = model.addGraph()
    try fill(message, NameScope(graph: graph, inside: outer))
    return graph
  }

  private func fill(_ message: GraphMessage, _ scope: NameScope) throws {
    model[scope.graph].name = message.name
    let types = types(message.valueInfos)
    for (index, input) in message.inputs.enumerated() {
      try context.at("input", index) {
        try define(input.name, scope) { name in
          let type = input.type.flatMap { context.valueType($0) } ?? types[name] ?? nil
          return model.addInput(name, type: type, to: scope.graph)
        }
      }
    }
    for (index, initializer) in message.initializers.enumerated() {
      try context.at("initializer", index) {
        let tensor = try context.tensor(initializer)
        try addInitializer(initializer.name, tensor, types, scope)
      }
    }
    for (index, initializer) in message.sparseInitializers.enumerated() {
      try context.at("sparse_initializer", index) {
        let tensor = try context.tensor(initializer)
        try addInitializer(initializer.values?.name ?? "", tensor, types, scope)
      }
    }
    try addNodes(message.nodes, types, scope)
    for (index, output) in message.outputs.enumerated() {
      guard let value = scope.find(output.name) else {
        throw context.error(
          .inconsistent("nothing makes the graph's output \"\(output.name.printable())\""),
          "output", index)
      }
      model[scope.graph].outputs.append(value)
      if let type = output.type.flatMap({ context.valueType($0) }), model[value].type == nil {
        model[value].type = type
      }
    }
  }

  private func addInitializer(
    _ name: String, _ tensor: Tensor, _ types: [String: ValueType?], _ scope: NameScope
  ) throws {
    if let input = scope.own(name) {
      guard model[input].initializer == nil else {
        throw context.error(
          .inconsistent("the initializer \"\(name.printable())\" is given twice"))
      }
      model[input].initializer = tensor
      model[scope.graph].initializers.append(input)
      return
    }
    try define(name, scope) { name in
      if model.header.irVersion < 4, scope.graph == model.mainGraph {
        context.note(
          .note, "before IR version 4 the initializer should be listed among the inputs, too")
      }
      let value = model.addInitializer(name, tensor, to: scope.graph)
      model[value].type = types[name] ?? nil
      return value
    }
  }

  private func types(_ messages: [ValueInfoMessage]) -> [String: ValueType?] {
    var types: [String: ValueType?] = [:]
    types.reserveCapacity(messages.count)
    for message in messages {
      types[message.name] = .some(message.type.flatMap { context.valueType($0) })
    }
    return types
  }

  /// Gives a name its value, once in its scope.
  private func define(
    _ name: String, _ scope: NameScope, _ make: (String) throws -> ValueID
  ) throws {
    guard !name.isEmpty else { throw context.error(.missing(field: "the name")) }
    guard scope.own(name) == nil else {
      throw context.error(
        .inconsistent("the name \"\(name.printable())\" is given to two values of one graph"))
    }
    guard scope.find(name) == nil else {
      throw context.error(
        .inconsistent("the name \"\(name.printable())\" hides a value of a graph around this one"))
    }
    scope.define(name, try make(name))
  }

  // MARK: Nodes

  func addNodes(
    _ messages: [NodeMessage], _ types: [String: ValueType?], _ scope: NameScope
  ) throws {
    model[scope.graph].nodes.reserveCapacity(messages.count)
    for (index, message) in messages.enumerated() {
      try context.at("node", index) {
        try addNode(message, index, types, scope) { missing in
          messages[index...].firstIndex { $0.outputs.contains(missing) }
        }
      }
    }
  }

  private func addNode(
    _ message: NodeMessage, _ index: Int, _ types: [String: ValueType?], _ scope: NameScope,
    laterMaker: (String) -> Int?
  ) throws {
    try context.countNode()
    let opType = message.opType
    guard !opType.isEmpty else { throw context.error(.missing(field: "op_type")) }
    var inputs: [ValueID?] = []
    for (position, name) in message.inputs.enumerated() {
      guard !name.isEmpty else {
        inputs.append(nil)
        continue
      }
      guard let value = scope.find(name) else {
        throw context.error(
          .inconsistent(dangling(name, index, laterMaker(name))), "input", position)
      }
      inputs.append(value)
    }
    let attributes = try attributes(message.attributes, scope: scope)
    var outputs: [ValueID?] = []
    for (position, name) in message.outputs.enumerated() {
      guard !name.isEmpty else {
        outputs.append(nil)
        continue
      }
      try context.at("output", position) {
        try define(name, scope) { name in
          model.addValue(Value(name: name, graph: scope.graph, type: types[name] ?? nil))
        }
      }
      outputs.append(scope.own(name))
    }
    model.addNode(
      Node(
        name: message.name, domain: Self.domain(message.domain), opType: opType,
        overload: message.overload, graph: scope.graph, inputs: inputs, outputs: outputs,
        attributes: attributes, origin: Origin(record: index)))
  }

  private func dangling(_ name: String, _ index: Int, _ maker: Int?) -> String {
    let read = "the node reads \"\(name.printable())\""
    guard let maker else { return "\(read), which nothing makes" }
    if maker == index { return "\(read), which it makes itself" }
    return "\(read), which node[\(maker)] makes further on; nodes must stand in order"
  }

  /// "ai.onnx" is another name of the standard's set.
  static func domain(_ name: String) -> String { name == "ai.onnx" ? "" : name }

  // MARK: Functions

  func addFunction(_ message: FunctionMessage) throws -> Function {
    guard !message.name.isEmpty else { throw context.error(.missing(field: "the function's name")) }
    let graph = model.addGraph(name: message.name)
    let scope = NameScope(graph: graph, isInFunction: true)
    let types = types(message.valueInfos)
    for (index, name) in message.inputs.enumerated() {
      try context.at("input", index) {
        try define(name, scope) { model.addInput($0, type: types[$0] ?? nil, to: graph) }
      }
    }
    let nodes = message.nodes
    try addNodes(nodes, types, scope)
    for (index, name) in message.outputs.enumerated() {
      guard let value = scope.find(name) else {
        throw context.error(
          .inconsistent("nothing makes the function's output \"\(name.printable())\""), "output",
          index)
      }
      model[graph].outputs.append(value)
    }
    let defaults = try message.defaultAttributes.enumerated().map { index, attribute in
      try context.at("attribute_proto", index) { try self.attribute(attribute, scope: scope) }
    }
    let ownSets = try opsets(message.opsets, irVersion: nil)
    return Function(
      domain: Self.domain(message.domain), name: message.name, overload: message.overload,
      body: graph, requiredAttributes: message.requiredAttributes, defaultAttributes: defaults,
      opsets: ownSets.isEmpty ? model.opsets : ownSets)
  }

  func append(_ function: Function) { model.functions.append(function) }

  func markMutable(_ value: ValueID) { model[value].isMutable = true }
}
