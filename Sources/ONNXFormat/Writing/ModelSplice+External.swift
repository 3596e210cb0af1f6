internal import ByteStore
internal import ModelFormats
internal import ModelIR

extension ModelSplice {
  /// Messages in which a TensorProto may occur.
  enum Carrier {
    case trainingInfo
    case graph
    case function
    case node
    case attribute
    case sparseTensor
    case tensor

    /// The fields that lead on to tensors.
    func leads(to field: Int) -> Carrier? {
      typealias Fields = ONNXFields
      switch (self, field) {
      case (.trainingInfo, Fields.TrainingInfo.initialization),
        (.trainingInfo, Fields.TrainingInfo.algorithm),
        (.attribute, Fields.Attribute.graph), (.attribute, Fields.Attribute.graphs):
        return .graph
      case (.graph, Fields.Graph.node), (.function, Fields.Function.node): return .node
      case (.node, Fields.Node.attribute), (.function, Fields.Function.attributeProto):
        return .attribute
      case (.graph, Fields.Graph.sparseInitializer), (.attribute, Fields.Attribute.sparseTensor),
        (.attribute, Fields.Attribute.sparseTensors):
        return .sparseTensor
      case (.graph, Fields.Graph.initializer), (.attribute, Fields.Attribute.tensor),
        (.attribute, Fields.Attribute.tensors), (.sparseTensor, Fields.SparseTensor.values),
        (.sparseTensor, Fields.SparseTensor.indices):
        return .tensor
      default: return nil
      }
    }
  }

  /// A message that stays as it is, but for the places of data outside the file.
  func relocated(_ carrier: Carrier, _ content: Range<Int>) throws -> Rope {
    guard !externalSources.isEmpty else { return Rope(source, content) }
    var edit = try edit(content)
    if case .tensor = carrier {
      if try isExternal(edit) { try relocate(&edit) }
      return edit.rope
    }
    for position in edit.records.indices {
      let record = edit.records[position]
      guard let next = carrier.leads(to: record.number), record.wireType == .lengthDelimited else {
        continue
      }
      edit.replace(position, content: try relocated(next, record.body))
    }
    return edit.rope
  }

  /// Whether a TensorProto's elements stand in another file.
  func isExternal(_ edit: MessageEdit) throws -> Bool {
    guard let record = edit.last(ONNXFields.Tensor.dataLocation) else { return false }
    return try reader.number(record) == 1
  }

  /// Notes what an external TensorProto refers to, and leads it to the output's data file.
  private func relocate(_ edit: inout MessageEdit) throws {
    var values: [String: (position: Int, text: String)] = [:]
    for position in edit.positions(of: ONNXFields.Tensor.externalData) {
      let record = edit.records[position]
      let key = try text(ONNXFields.Entry.key, in: record)
      values[key] = (position, try text(ONNXFields.Entry.value, in: record))
    }
    let start = edit.records.first?.range.lowerBound ?? 0
    guard let location = values["location"], let data = externalSources[location.text] else {
      throw mismatch("external data", at: start)
    }
    let offset = values["offset"].flatMap { Int($0.text) } ?? 0
    let length = values["length"].flatMap { Int($0.text) } ?? max(0, data.count - offset)
    guard offset >= 0, length >= 0, offset <= data.count, length <= data.count - offset else {
      throw mismatch("external data", at: start)
    }
    references.append(
      ExternalReference(location: location.text, range: offset..<(offset + length)))

    guard let file = plan.files[location.text] else { return }
    var entry = try self.edit(edit.records[location.position].body)
    entry.setList(
      ONNXFields.Entry.value,
      [Rope(WireEncoding.record(field: ONNXFields.Entry.value, Array(file.location.utf8)))])
    edit.replace(location.position, content: entry.rope)
    if file.isChanged, let checksum = values["checksum"] { edit.drop(checksum.position) }
    if file.formerLength != nil, values["length"] == nil {
      edit.add(
        field: ONNXFields.Tensor.externalData,
        content: Rope(MessagePacker.entry(key: "length", value: String(length))))
    }
  }
}
