internal import ByteStore
internal import ModelFormats
internal import ModelIR

extension ModelSplice {
  /// Edits, drops and appends a node's attributes.
  func editAttributes(_ id: NodeID, _ edit: inout MessageEdit) throws {
    typealias Field = ONNXFields.Node
    let before = old[id].attributes
    let positions = edit.positions(of: Field.attribute)
    guard positions.count == before.count else {
      throw mismatch("attributes", at: edit.records.first?.range.lowerBound ?? 0)
    }
    var rest = new[id].attributes
    for (position, attribute) in zip(positions, before) {
      guard let place = rest.firstIndex(where: { $0.name == attribute.name }) else {
        edit.drop(position)
        continue
      }
      let after = rest.remove(at: place)
      let content = edit.records[position].body
      edit.replace(
        position, content: try self.attribute(from: attribute, to: after, of: id, content))
    }
    for attribute in rest {
      edit.add(field: Field.attribute, content: try newAttribute(attribute, of: id))
    }
  }

  /// An AttributeProto of the source with its changes made.
  private func attribute(
    from before: Attribute, to after: Attribute, of node: NodeID, _ content: Range<Int>
  ) throws -> Rope {
    typealias Field = ONNXFields.Attribute
    if before.value.isSame(as: after.value) {
      if case .opaque = after.value { return try relocated(.attribute, content) }
      let bodies = after.bodies
      if !bodies.isEmpty { return try withBodies(bodies, content) }
      guard rewritesEverything else { return try relocated(.attribute, content) }
    }
    var edit = try edit(content)
    let sameKind = before.value.isOfSameKind(as: after.value)
    let packed = try valueRecords(after, of: node, withType: !sameKind)
    let record = edit.last(Field.tensor) ?? edit.last(Field.sparseTensor)
    for field in Field.values { edit.drop(field: field) }
    if !sameKind { edit.drop(field: Field.type) }
    if sameKind, case .tensor(let tensor) = after.value, let record {
      // Name and documentation of the tensor stay, as those of the attribute do.
      let owner = UnwritableTensor.Owner.attribute(node, name: after.name)
      let rope =
        tensor.isSparse
        ? try rewrittenSparse(tensor, owner, record.body)
        : try rewritten(tensor, owner, record.body, slot: nil)
      edit.add(field: record.number, content: rope)
    } else {
      for record in packed { edit.add(field: record.field, records: record.rope) }
    }
    return edit.rope
  }

  /// An AttributeProto whose bodies are gone through.
  private func withBodies(_ bodies: [GraphID], _ content: Range<Int>) throws -> Rope {
    typealias Field = ONNXFields.Attribute
    var edit = try edit(content)
    let positions = edit.records.indices.filter {
      edit.records[$0].number == Field.graph || edit.records[$0].number == Field.graphs
    }
    guard positions.count == bodies.count else { throw mismatch("bodies", at: content.lowerBound) }
    for (position, body) in zip(positions, bodies) {
      edit.replace(position, content: try graph(body, edit.records[position].body))
    }
    return edit.rope
  }

  /// An attribute that the source does not have.
  func newAttribute(_ attribute: Attribute, of node: NodeID) throws -> Rope {
    var edit = try MessageEdit(
      packed: MessagePacker.attribute(name: attribute.name, .opaque, withType: false))
    for record in try valueRecords(attribute, of: node, withType: true) {
      edit.add(field: record.field, records: record.rope)
    }
    return edit.rope
  }

  /// The records of an AttributeProto that hold its value, and its type where asked for.
  private func valueRecords(
    _ attribute: Attribute, of node: NodeID, withType: Bool
  ) throws -> [(field: Int, rope: Rope)] {
    typealias Field = ONNXFields.Attribute
    let edit = try MessageEdit(
      packed: MessagePacker.attribute(name: "", attribute.value, withType: withType))
    let owner = UnwritableTensor.Owner.attribute(node, name: attribute.name)
    var result: [(field: Int, rope: Rope)] = []
    switch attribute.value {
    case .tensor(let value):
      let field = value.isSparse ? Field.sparseTensor : Field.tensor
      result.append((field, try anyTensor(value, owner).framed(field: field)))
    case .tensors(let values):
      for value in values {
        let field = value.isSparse ? Field.sparseTensors : Field.tensors
        result.append((field, try anyTensor(value, owner).framed(field: field)))
      }
    case .graph(let body):
      result.append((Field.graph, try newGraph(body).framed(field: Field.graph)))
    case .graphs(let bodies):
      for body in bodies {
        result.append((Field.graphs, try newGraph(body).framed(field: Field.graphs)))
      }
    case .opaque where withType:
      throw FormatError(
        .unrepresentable("a new attribute \(attribute.name) of a form that is not read"),
        at: InputLocation(file: source.path))
    default: break
    }
    for record in edit.records {
      result.append((record.number, Rope(edit.source, record.range)))
    }
    return result
  }

  private func anyTensor(_ tensor: Tensor, _ owner: UnwritableTensor.Owner) throws -> Rope {
    tensor.isSparse
      ? try sparseTensor(tensor, name: "", owner) : try self.tensor(tensor, name: "", owner)
  }
}

extension Attribute {
  fileprivate var bodies: [GraphID] {
    switch value {
    case .graph(let body): [body]
    case .graphs(let bodies): bodies
    default: []
    }
  }
}
