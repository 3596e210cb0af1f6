internal import ByteStore
internal import ModelFormats
internal import ModelIR

extension ModelSplice {
  /// Drops, exchanges and appends initializers; gives the new ones.
  ///
  /// One that has the name of one that went, both dense, stands in its place.
  func editInitializers(_ id: GraphID, _ edit: inout MessageEdit) throws -> [ValueID] {
    typealias Field = ONNXFields.Graph
    let before = old[id].initializers
    let dense = edit.positions(of: Field.initializer)
    let positions = dense + edit.positions(of: Field.sparseInitializer)
    guard positions.count == before.count else {
      throw mismatch("initializers", at: edit.records.first?.range.lowerBound ?? 0)
    }
    let after = Set(new[id].initializers)
    let known = Set(before)
    let added = new[id].initializers.filter { !known.contains($0) }
    let heirs = Dictionary(
      added.filter { !(new[$0].initializer?.isSparse ?? true) }.map { (new[$0].name, $0) },
      uniquingKeysWith: { first, _ in first })
    var placed: Set<ValueID> = []
    for (place, value) in before.enumerated() {
      let position = positions[place]
      let record = edit.records[position]
      guard after.contains(value) else {
        if place < dense.count, let heir = heirs[old[value].name],
          let tensor = new[heir].initializer
        {
          written.append(heir)
          placed.insert(heir)
          edit.replace(
            position,
            content: try rewritten(
              tensor, .initializer(heir), record.body, slot: plan.slots[heir], isNew: true))
          continue
        }
        edit.drop(position)
        continue
      }
      guard let tensor = new[value].initializer else { throw mismatch("initializers", record) }
      if place >= dense.count {
        edit.replace(position, content: try keptSparse(tensor, value, record.body))
      } else {
        edit.replace(position, content: try keptInitializer(tensor, value, record.body))
      }
    }
    let ends = (
      dense: edit.end(of: Field.initializer), sparse: edit.end(of: Field.sparseInitializer)
    )
    for value in added where !placed.contains(value) {
      let (field, rope) = try newInitializer(value)
      edit.insert(
        rope.framed(field: field), field: field,
        before: field == Field.initializer ? ends.dense : ends.sparse)
    }
    return added
  }

  /// An initializer that the source does not have, and the field it belongs to.
  func newInitializer(_ value: ValueID) throws -> (field: Int, content: Rope) {
    typealias Field = ONNXFields.Graph
    guard let tensor = new[value].initializer else { throw mismatch("initializers", at: 0) }
    let name = new[value].name
    let owner = UnwritableTensor.Owner.initializer(value)
    if tensor.isSparse {
      return (Field.sparseInitializer, try sparseTensor(tensor, name: name, owner))
    }
    written.append(value)
    return (
      Field.initializer, try self.tensor(tensor, name: name, owner, slot: plan.slots[value])
    )
  }

  /// An initializer that stays: as it is, unless it has to move out of the model file.
  private func keptInitializer(
    _ tensor: Tensor, _ value: ValueID, _ content: Range<Int>
  ) throws -> Rope {
    let slot = plan.slots[value]
    guard slot != nil || rewritesEverything else { return try relocated(.tensor, content) }
    return try rewritten(tensor, .initializer(value), content, slot: slot)
  }

  private func keptSparse(
    _ tensor: Tensor, _ value: ValueID, _ content: Range<Int>
  ) throws -> Rope {
    guard rewritesEverything else { return try relocated(.sparseTensor, content) }
    return try rewrittenSparse(tensor, .initializer(value), content)
  }

  /// A SparseTensorProto of the source with its elements written anew, and all else as it was.
  func rewrittenSparse(
    _ tensor: Tensor, _ owner: UnwritableTensor.Owner, _ content: Range<Int>
  ) throws -> Rope {
    typealias Field = ONNXFields.SparseTensor
    guard case .sparse(let values, let indices) = tensor.storage else {
      throw mismatch("sparse tensors", at: content.lowerBound)
    }
    var edit = try edit(content)
    for (field, part) in [(Field.values, values), (Field.indices, indices)] {
      for position in edit.positions(of: field) {
        let rope = try rewritten(part, owner, edit.records[position].body, slot: nil)
        edit.replace(position, content: rope)
      }
    }
    let packed = try MessageEdit(
      packed: MessagePacker.sparseTensor(dimensions: tensor.shape.dimensions))
    edit.setList(
      Field.dims, packed.records.map { Rope(packed.source, $0.range) })
    return edit.rope
  }
}
