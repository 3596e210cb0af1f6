internal import ByteStore
internal import ModelFormats
internal import ModelIR

/// Attributes in every form.
extension ModelBuilder {
  func attributes(_ messages: [AttributeMessage], scope: NameScope) throws -> [Attribute] {
    var attributes: [Attribute] = []
    attributes.reserveCapacity(messages.count)
    var names: Set<String> = []
    for (index, message) in messages.enumerated() {
      let attribute = try context.at("attribute", index) {
        try self.attribute(message, scope: scope)
      }
      guard names.insert(attribute.name).inserted else {
        throw context.error(
          .inconsistent("the attribute \"\(attribute.name.printable())\" is given twice"),
          "attribute", index)
      }
      attributes.append(attribute)
    }
    return attributes
  }

  func attribute(_ message: AttributeMessage, scope: NameScope) throws -> Attribute {
    let name = message.name
    guard !name.isEmpty else { throw context.error(.missing(field: "the attribute's name")) }
    let reference = message.reference
    let present = message.present
    guard reference.isEmpty else {
      guard scope.isInFunction else {
        throw context.error(
          .inconsistent("a reference to a function's attribute stands outside of a function"),
          "ref_attr_name")
      }
      guard present.isEmpty else {
        throw context.error(
          .inconsistent("the attribute is a reference and has a value of its own"),
          present[0].field)
      }
      return Attribute(name, .reference(reference))
    }
    guard present.count <= 1 else {
      throw context.error(
        .inconsistent("the attribute has two values, \(present[0].field) and \(present[1].field)"),
        present[1].field)
    }
    return Attribute(name, try value(message, try kind(message, present.first), scope))
  }

  private func kind(
    _ message: AttributeMessage, _ present: AttributeKind?
  ) throws -> AttributeKind {
    guard let number = message.type, number != 0 else {
      // IR version 1 had no type.
      guard let present else {
        throw context.error(.missing(field: "the attribute's type and value"))
      }
      return present
    }
    guard let kind = AttributeKind(rawValue: number) else {
      throw context.error(
        .malformed(field: "type", detail: "\(number) is no type of attribute"), "type")
    }
    guard let present, present != kind else { return kind }
    throw context.error(
      .inconsistent("the attribute's type says \(kind.field), its value is in \(present.field)"),
      present.field)
  }

  private func value(
    _ message: AttributeMessage, _ kind: AttributeKind, _ scope: NameScope
  ) throws -> AttributeValue {
    switch kind {
    // Writers that leave zeros out mean zero.
    case .float: return .float(message.float ?? 0)
    case .int: return .int(message.int ?? 0)
    case .string:
      let runs = context.runs(message.string.map { [$0] } ?? [])
      return .string(try context.joined(runs, field: "s"))
    case .floats: return .floats(try context.floats(message.floats, field: "floats"))
    case .ints: return .ints(try context.integers(message.ints, field: "ints"))
    case .strings: return .strings(try strings(message))
    case .tensor:
      guard let tensor = message.tensor else { throw context.error(.missing(field: "t")) }
      return .tensor(try context.at("t") { try context.tensor(tensor) })
    case .sparseTensor:
      guard let tensor = message.sparseTensor else {
        throw context.error(.missing(field: "sparse_tensor"))
      }
      return .tensor(try context.at("sparse_tensor") { try context.tensor(tensor) })
    case .tensors: return .tensors(try each(message.tensors, "tensors") { try context.tensor($0) })
    case .sparseTensors:
      return .tensors(
        try each(message.sparseTensors, "sparse_tensors") { try context.tensor($0) })
    case .graph:
      guard let graph = message.graph else { throw context.error(.missing(field: "g")) }
      return .graph(try context.at("g") { try body(graph, in: scope) })
    case .graphs: return .graphs(try each(message.graphs, "graphs") { try body($0, in: scope) })
    case .type:
      return .type(message.typeValue.flatMap { context.valueType($0) } ?? .tensor(nil, nil))
    case .types: return .types(message.types.map { context.valueType($0) ?? .tensor(nil, nil) })
    }
  }

  private func strings(_ message: AttributeMessage) throws -> [[UInt8]] {
    let pieces = try context.strings(message.strings, field: "strings")
    let total = pieces.reduce(0) { $0 + $1.count }
    let allowed = context.options.limits.joinedBytes
    guard total <= allowed else {
      throw context.error(.limitExceeded(.joinedBytes, found: total, allowed: allowed), "strings")
    }
    return try pieces.map { piece in try piece.map { try context.window.byte(at: $0) } }
  }

  private func each<Message, Value>(
    _ messages: [Message], _ field: String, _ read: (Message) throws -> Value
  ) throws -> [Value] {
    try messages.enumerated().map { index, message in
      try context.at(field, index) { try read(message) }
    }
  }
}
