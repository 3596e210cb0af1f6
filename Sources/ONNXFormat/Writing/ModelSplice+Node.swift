internal import ByteStore
internal import ModelFormats
internal import ModelIR

extension ModelSplice {
  /// Drops, edits, orders and inserts the nodes of a graph or function.
  func editNodes(_ id: GraphID, field: Int, _ edit: inout MessageEdit) throws {
    let positions = edit.positions(of: field)
    let before = old[id].nodes
    let start = edit.records.first?.range.lowerBound ?? 0
    guard before.count == positions.count else { throw mismatch("nodes", at: start) }
    for (ordinal, node) in before.enumerated() {
      let record = old[node].origin?.record ?? ordinal
      guard positions.indices.contains(record) else { throw mismatch("nodes", at: start) }
      places.put(node, of: id, at: positions[record])
    }
    let order = new[id].nodes
    let kept = order.filter { places.keep($0, in: id) }
    let staying = before.filter { places.isKept($0) }
    for node in before where !places.isKept(node) {
      if let position = places.position(of: node, in: id) { edit.drop(position) }
    }
    // Nodes that were put in another order among themselves share their places out anew.
    let slots =
      staying == kept
      ? kept.compactMap { places.position(of: $0, in: id) }
      : staying.compactMap { places.position(of: $0, in: id) }.sorted()
    guard slots.count == kept.count, Set(slots).count == slots.count else {
      throw mismatch("nodes", at: start)
    }

    // A new node stands before the next one that stays, or after all.
    var next = edit.end(of: field)
    var rest = slots[...]
    var additions: [(rope: Rope, before: Int)] = []
    for node in order.reversed() {
      guard let own = places.position(of: node, in: id), let slot = rest.popLast() else {
        additions.append((try newNode(node).framed(field: field), next))
        continue
      }
      next = slot
      let rope = try self.node(node, edit.records[own].body)
      if own != slot {
        edit.replace(slot, withRecords: rope.framed(field: field))
      } else {
        edit.replace(slot, content: rope)
      }
    }
    for (rope, before) in additions.reversed() { edit.insert(rope, field: field, before: before) }
  }

  /// A NodeProto of the source with its changes made.
  func node(_ id: NodeID, _ content: Range<Int>) throws -> Rope {
    let after = new[id]
    let differs = changes.nodes.contains(id)
    let speaks = new.header.irVersion >= 11 && changes.vanished[after.graph] != nil
    guard differs || speaks || rewritesEverything || after.bodies.contains(where: visits) else {
      return try relocated(.node, content)
    }
    typealias Field = ONNXFields.Node
    let before = old[id]
    var edit = try edit(content)
    setTexts(
      Field.input, ModelChanges.names(before.inputs, old),
      ModelChanges.names(after.inputs, new), &edit)
    setTexts(
      Field.output, ModelChanges.names(before.outputs, old),
      ModelChanges.names(after.outputs, new), &edit)
    setText(Field.name, before.name, after.name, &edit)
    setText(Field.opType, before.opType, after.opType, &edit)
    setText(Field.domain, before.domain, after.domain, &edit)
    setText(Field.overload, before.overload, after.overload, &edit)
    try editAttributes(id, &edit)
    try editSharding(id, &edit)
    return edit.rope
  }

  /// A node that the source does not have.
  func newNode(_ id: NodeID) throws -> Rope {
    let node = new[id]
    var edit = try MessageEdit(
      packed: MessagePacker.node(
        inputs: ModelChanges.names(node.inputs, new),
        outputs: ModelChanges.names(node.outputs, new), name: node.name, opType: node.opType,
        domain: node.domain, overload: node.overload))
    for attribute in node.attributes {
      edit.add(
        field: ONNXFields.Node.attribute,
        content: try newAttribute(attribute, of: id))
    }
    return edit.rope
  }

  /// A Constant that makes a value out of its tensor.
  func constantNode(_ value: ValueID) throws -> Rope {
    guard let tensor = new[value].initializer else { throw mismatch("initializers", at: 0) }
    typealias Field = ONNXFields.Attribute
    let placeholder = AttributeValue.tensor(tensor)
    var attribute = try MessageEdit(
      packed: MessagePacker.attribute(name: "value", placeholder, withType: true))
    attribute.add(
      field: Field.tensor,
      content: try self.tensor(tensor, name: "", .initializer(value)))
    var edit = try MessageEdit(
      packed: MessagePacker.node(
        inputs: [], outputs: [new[value].name], name: "", opType: "Constant", domain: "",
        overload: ""))
    edit.add(field: ONNXFields.Node.attribute, content: attribute.rope)
    return edit.rope
  }

  /// Makes a field's texts these; records that hold theirs already stay.
  private func setTexts(
    _ field: Int, _ before: [String], _ after: [String], _ edit: inout MessageEdit
  ) {
    guard rewritesEverything || before != after else { return }
    edit.setList(
      field,
      after.enumerated().map { place, text in
        let stays = before.indices.contains(place) && before[place] == text
        return stays && !rewritesEverything
          ? nil : Rope(WireEncoding.record(field: field, Array(text.utf8)))
      })
  }

  private func setText(
    _ field: Int, _ before: String, _ after: String, _ edit: inout MessageEdit
  ) {
    guard before != after || (rewritesEverything && !after.isEmpty) else { return }
    let record = Rope(WireEncoding.record(field: field, Array(after.utf8)))
    edit.setList(field, after.isEmpty ? [] : [record])
  }

  /// Drops what says how values are split over devices that this node has nothing to do with any
  /// more.
  private func editSharding(_ id: NodeID, _ edit: inout MessageEdit) throws {
    typealias Field = ONNXFields.DeviceConfiguration
    let positions = edit.positions(of: ONNXFields.Node.deviceConfigurations)
    guard !positions.isEmpty else { return }
    let after = new[id]
    let vanished = changes.vanished[after.graph] ?? []
    let before = Set(ModelChanges.names(old[id].inputs + old[id].outputs, old))
    let kept = Set(ModelChanges.names(after.inputs + after.outputs, new))
    for position in positions {
      var configuration = try self.edit(edit.records[position].body)
      for spec in configuration.positions(of: Field.shardingSpec) {
        let name = try text(Field.tensorName, in: configuration.records[spec])
        if vanished.contains(name) || before.contains(name), !kept.contains(name) {
          configuration.drop(spec)
        }
      }
      edit.replace(position, content: configuration.rope)
    }
  }
}
