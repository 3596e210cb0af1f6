internal import ByteStore
internal import ModelFormats
internal import ModelIR

extension ModelSplice {
  /// A new TensorProto; its elements stand in raw_data or in a data file.
  func tensor(
    _ tensor: Tensor, name: String, _ owner: UnwritableTensor.Owner, slot: ExternalPlan.Slot? = nil
  ) throws -> Rope {
    let header = MessagePacker.tensor(
      name: name, dataType: tensor.dataType, dimensions: tensor.shape.dimensions,
      external: slot.map(Self.entries) ?? [])
    var edit = try MessageEdit(packed: header)
    if slot == nil { try addElements(tensor, owner, &edit) }
    return edit.rope
  }

  /// A new SparseTensorProto.
  func sparseTensor(_ tensor: Tensor, name: String, _ owner: UnwritableTensor.Owner) throws -> Rope
  {
    typealias Field = ONNXFields.SparseTensor
    guard case .sparse(let values, let indices) = tensor.storage else { return Rope() }
    var edit = try MessageEdit(
      packed: MessagePacker.sparseTensor(dimensions: tensor.shape.dimensions))
    edit.add(field: Field.values, content: try self.tensor(values, name: name, owner))
    edit.add(field: Field.indices, content: try self.tensor(indices, name: "", owner))
    return edit.rope
  }

  /// A TensorProto of the source with its elements written anew, and all else as it was; elements
  /// that stand in a data file stay there unless they are others (`isNew`).
  func rewritten(
    _ tensor: Tensor, _ owner: UnwritableTensor.Owner, _ content: Range<Int>,
    slot: ExternalPlan.Slot?, isNew: Bool = false
  ) throws -> Rope {
    typealias Field = ONNXFields.Tensor
    var edit = try edit(content)
    if slot == nil, !isNew, try isExternal(edit) { return try relocated(.tensor, content) }
    let packed = try MessageEdit(
      packed: MessagePacker.tensor(
        name: "", dataType: tensor.dataType, dimensions: tensor.shape.dimensions,
        external: slot.map(Self.entries) ?? []))
    for field in Field.payloads { edit.drop(field: field) }
    for field in [Field.dims, Field.dataType, Field.externalData, Field.dataLocation] {
      edit.setList(
        field, packed.positions(of: field).map { Rope(packed.source, packed.records[$0].range) })
    }
    if slot == nil { try addElements(tensor, owner, &edit) }
    return edit.rope
  }

  private func addElements(
    _ tensor: Tensor, _ owner: UnwritableTensor.Owner, _ edit: inout MessageEdit
  ) throws {
    typealias Field = ONNXFields.Tensor
    if case .stored(let elements) = tensor.storage, elements.encoding == .strings {
      for piece in elements.pieces {
        edit.add(field: Field.stringData, content: Rope(elements.source, piece))
      }
      return
    }
    guard let count = tensor.byteCount else {
      throw UnwritableTensor(
        owner: owner, name: owner.name(in: new), error: .notComputable(tensor.dataType))
    }
    // A tensor without elements has no value field.
    guard count > 0 else { return }
    edit.add(field: Field.rawData, content: payload(tensor, owner, count: count))
  }

  /// The elements' bytes: a part of a source where they stand in one as they are written.
  func payload(_ tensor: Tensor, _ owner: UnwritableTensor.Owner, count: Int) -> Rope {
    var rope = Rope()
    if case .stored(let elements) = tensor.storage, elements.encoding == .littleEndian,
      elements.byteCount == count
    {
      for piece in elements.pieces { rope.append(elements.source, piece) }
    } else {
      rope.append(tensor, owner: owner, count: count)
    }
    return rope
  }

  private static func entries(_ slot: ExternalPlan.Slot) -> [(key: String, value: String)] {
    [
      ("location", slot.location), ("offset", String(slot.offset)), ("length", String(slot.length)),
    ]
  }
}
