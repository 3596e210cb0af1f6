internal import ByteStore
internal import ModelFormats
internal import ModelIR

extension ModelSplice {
  /// A GraphProto of the source with its changes made.
  func graph(_ id: GraphID, _ content: Range<Int>) throws -> Rope {
    guard visits(id) else { return try relocated(.graph, content) }
    typealias Field = ONNXFields.Graph
    var edit = try edit(content)
    try editNodes(id, field: Field.node, &edit)
    let added = try editInitializers(id, &edit)
    try editInputs(id, adding: added, &edit)
    try editOutputs(id, &edit)
    try retypeValueInfo(id, &edit)
    let vanished = changes.vanished[id] ?? []
    guard !vanished.isEmpty else { return edit.rope }
    try dropValueInfo(Field.valueInfo, about: vanished, &edit)
    for position in edit.positions(of: Field.quantizationAnnotation)
    where try annotation(edit.records[position], speaksOf: vanished) {
      edit.drop(position)
    }
    return edit.rope
  }

  /// A FunctionProto of the source with its changes made.
  ///
  /// Functions hold no initializers: a new one becomes a Constant before the first node.
  func function(_ body: GraphID, _ content: Range<Int>) throws -> Rope {
    guard visits(body) else { return try relocated(.function, content) }
    typealias Field = ONNXFields.Function
    var edit = try edit(content)
    try editNodes(body, field: Field.node, &edit)
    let known = Set(old[body].initializers)
    let first = edit.positions(of: Field.node).first ?? edit.end(of: Field.node)
    for value in new[body].initializers where !known.contains(value) {
      let constant = try constantNode(value).framed(field: Field.node)
      edit.insert(constant, field: Field.node, before: first)
    }
    for position in edit.positions(of: Field.attributeProto) {
      let rope = try relocated(.attribute, edit.records[position].body)
      edit.replace(position, content: rope)
    }
    try dropValueInfo(Field.valueInfo, about: changes.vanished[body] ?? [], &edit)
    return edit.rope
  }

  /// A graph that the source does not have.
  func newGraph(_ id: GraphID) throws -> Rope {
    typealias Field = ONNXFields.Graph
    let graph = new[id]
    var edit = try MessageEdit(packed: MessagePacker.graph(name: graph.name))
    for node in graph.nodes { edit.add(field: Field.node, content: try newNode(node)) }
    for value in graph.initializers {
      let (field, rope) = try newInitializer(value)
      edit.add(field: field, content: rope)
    }
    for value in graph.inputs { edit.add(field: Field.input, content: valueInfo(value)) }
    for value in graph.outputs { edit.add(field: Field.output, content: valueInfo(value)) }
    return edit.rope
  }

  // MARK: Inputs and outputs

  private func editInputs(
    _ id: GraphID, adding initializers: [ValueID], _ edit: inout MessageEdit
  ) throws {
    typealias Field = ONNXFields.Graph
    let before = old[id].inputs
    let positions = edit.positions(of: Field.input)
    guard positions.count == before.count else {
      throw mismatch("graph inputs", at: edit.records.first?.range.lowerBound ?? 0)
    }
    let after = Set(new[id].inputs)
    // A default that was exchanged under its name leaves what the input says of itself.
    let heirs = zip(before, new[id].inputs).filter { former, value in
      former != value && old[former].name == new[value].name && old[former].type == new[value].type
    }
    let left = Set(heirs.map(\.0))
    for (position, value) in zip(positions, before) {
      if left.contains(value) { continue }
      if !after.contains(value) {
        edit.drop(position)
      } else if changes.retyped[id]?.contains(value) == true {
        edit.replace(position, content: try retyped(value, edit.records[position].body))
      }
    }
    let taken = Set(heirs.map(\.1))
    var added = new[id].inputs.filter { !before.contains($0) && !taken.contains($0) }
    // Up to IR 3 every initializer is an input as well.
    if new.header.irVersion < 4 { added += initializers.filter { !after.contains($0) } }
    for value in added { edit.add(field: Field.input, content: valueInfo(value)) }
  }

  private func editOutputs(_ id: GraphID, _ edit: inout MessageEdit) throws {
    typealias Field = ONNXFields.Graph
    let before = old[id].outputs
    let retyped = changes.retyped[id] ?? []
    guard before != new[id].outputs || !retyped.isDisjoint(with: before) else { return }
    let positions = edit.positions(of: Field.output)
    guard positions.count == before.count else {
      throw mismatch("graph outputs", at: edit.records.first?.range.lowerBound ?? 0)
    }
    var list: [Rope?] = []
    for (place, value) in new[id].outputs.enumerated() {
      if retyped.contains(value), let known = before.firstIndex(of: value) {
        let content = try self.retyped(value, edit.records[positions[known]].body)
        list.append(content.framed(field: Field.output))
      } else if before.indices.contains(place), before[place] == value {
        list.append(nil)
      } else if let known = before.firstIndex(of: value) {
        list.append(Rope(source, edit.records[positions[known]].range))
      } else {
        list.append(valueInfo(value).framed(field: Field.output))
      }
    }
    edit.setList(Field.output, list)
  }

  private func valueInfo(_ id: ValueID) -> Rope {
    let value = new[id]
    var type = value.type
    if let tensor = value.initializer, type == nil {
      type = .tensor(tensor.dataType, tensor.shape.dimensions.map { .known($0) })
    }
    return Rope(MessagePacker.valueInfo(name: value.name, type: type))
  }

  // MARK: What speaks of values

  /// A ValueInfoProto of the source with another type, and all else as it was.
  private func retyped(_ id: ValueID, _ content: Range<Int>) throws -> Rope {
    typealias Field = ONNXFields.ValueInfo
    var edit = try edit(content)
    let packed = try MessageEdit(packed: MessagePacker.valueInfo(name: "", type: new[id].type))
    let types = packed.positions(of: Field.type).map { packed.records[$0].range }
    edit.setList(Field.type, types.map { Rope(packed.source, $0) })
    return edit.rope
  }

  /// Values of which another type is stated than before; what became an input or output of its
  /// graph is described there.
  private func retypeValueInfo(_ id: GraphID, _ edit: inout MessageEdit) throws {
    guard let retyped = changes.retyped[id] else { return }
    var byName: [String: ValueID] = [:]
    for value in retyped { byName[new[value].name] = value }
    let elsewhere = Set(new[id].inputs + new[id].outputs)
    for position in edit.positions(of: ONNXFields.Graph.valueInfo) {
      let record = edit.records[position]
      guard let value = byName[try text(ONNXFields.ValueInfo.name, in: record)] else { continue }
      if new[value].type == nil || elsewhere.contains(value) {
        edit.drop(position)
      } else {
        edit.replace(position, content: try self.retyped(value, record.body))
      }
    }
  }

  private func dropValueInfo(
    _ field: Int, about vanished: Set<String>, _ edit: inout MessageEdit
  ) throws {
    guard !vanished.isEmpty else { return }
    for position in edit.positions(of: field) {
      let name = try text(ONNXFields.ValueInfo.name, in: edit.records[position])
      if vanished.contains(name) { edit.drop(position) }
    }
  }

  /// Whether a TensorAnnotation is about one of these names, or holds one as scale or zero point.
  private func annotation(_ record: WireRecord, speaksOf names: Set<String>) throws -> Bool {
    typealias Field = ONNXFields.Annotation
    if names.contains(try text(Field.tensorName, in: record)) { return true }
    for entry in try reader.records(in: record.body) where entry.number == Field.parameters {
      if names.contains(try text(ONNXFields.Entry.value, in: entry)) { return true }
    }
    return false
  }

  /// The text of a field of the message in a record; empty where it is absent.
  func text(_ field: Int, in record: WireRecord) throws -> String {
    guard let last = try reader.records(in: record.body).last(where: { $0.number == field })
    else { return "" }
    return try reader.text(last)
  }
}
