internal import ByteStore
internal import ModelFormats
internal import ModelIR

/// Tensors in every form the format has; one function for every TensorProto wherever it occurs.
extension ReadContext {
  /// Varint fields up to this many bytes are counted at once; longer ones when they are read.
  private static let countedBytes = 64 << 10

  /// A value field of a TensorProto that is not empty.
  private struct ValueField {
    var name: String
    var indices: [Int]
  }

  /// The tensor that a message describes; nothing of its data is read.
  func tensor(_ message: TensorMessage) throws -> Tensor {
    guard !message.hasSegment else {
      throw error(.unsupported("a tensor that is split into segments"), "segment")
    }
    guard let number = message.dataType, number != 0 else {
      throw error(.missing(field: "data_type"))
    }
    guard let type = DataType(rawValue: number) else {
      throw error(.unsupported("data type \(number); the highest known is 26"), "data_type")
    }
    let shape = try shape(message.dims)
    let fields = valueFields(message)
    switch message.location {
    case 0: break
    case 1:
      guard fields.isEmpty else {
        throw error(
          .inconsistent("the tensor's data are said to be external, and are in \(fields[0].name)"))
      }
      let stored = try external(message, type, shape)
      return Tensor(dataType: type, shape: shape, storage: .stored(stored))
    default:
      throw error(
        .malformed(field: "data_location", detail: "\(message.location) is neither 0 nor 1"),
        "data_location")
    }
    let stored = try inlineElements(fields, type, shape)
    return Tensor(dataType: type, shape: shape, storage: .stored(stored))
  }

  /// A sparse tensor, held as its values and their places.
  func tensor(_ message: SparseTensorMessage) throws -> Tensor {
    guard let valuesMessage = message.values else { throw error(.missing(field: "values")) }
    let values = try at("values") { try tensor(valuesMessage) }
    let shape = try shape(message.dims)
    let indices: Tensor
    if let indicesMessage = message.indices {
      indices = try at("indices") { try tensor(indicesMessage) }
    } else if values.shape.elementCount == 0, let none = Tensor([Int64](), shape: .vector(0)) {
      indices = none
    } else {
      throw error(.missing(field: "indices"))
    }
    let count = values.shape.elementCount
    guard values.shape.rank == 1, indices.dataType == .int64,
      indices.shape.dimensions == [count] || indices.shape.dimensions == [count, shape.rank]
    else {
      throw error(
        .inconsistent(
          "values \(values.shape) do not go with \(indices.dataType.name) indices "
            + "\(indices.shape) of a sparse tensor \(shape)"))
    }
    return Tensor(
      dataType: values.dataType, shape: shape, storage: .sparse(values: values, indices: indices))
  }

  // MARK: Parts

  private func shape(_ dims: [Int64]) throws -> TensorShape {
    guard dims.count <= options.limits.rank else {
      throw error(
        .limitExceeded(.rank, found: dims.count, allowed: options.limits.rank), "dims")
    }
    guard let shape = TensorShape(dims.map { Int($0) }) else {
      throw error(
        .malformed(
          field: "dims", detail: "\(dims) holds a negative extent or more elements than fit"),
        "dims")
    }
    return shape
  }

  private func valueFields(_ message: TensorMessage) -> [ValueField] {
    var fields: [ValueField] = []
    if let raw = message.rawData { fields.append(ValueField(name: "raw_data", indices: [raw])) }
    fields.append(ValueField(name: "float_data", indices: message.floatData))
    fields.append(ValueField(name: "int32_data", indices: message.int32Data))
    fields.append(ValueField(name: "int64_data", indices: message.int64Data))
    fields.append(ValueField(name: "double_data", indices: message.doubleData))
    fields.append(ValueField(name: "uint64_data", indices: message.uint64Data))
    fields = fields.filter { !isEmpty($0.indices) }
    // An empty string is an element all the same.
    let strings = message.stringData
    if !strings.isEmpty { fields.append(ValueField(name: "string_data", indices: strings)) }
    return fields
  }

  private func inlineElements(
    _ fields: [ValueField], _ type: DataType, _ shape: TensorShape
  ) throws -> StoredElements {
    guard let field = fields.first else {
      guard shape.elementCount == 0 else {
        throw error(.missing(field: "the data of a tensor \(type.name) \(shape)"))
      }
      return StoredElements(source: source, pieces: [])
    }
    guard fields.count == 1 else {
      throw error(
        .inconsistent(
          "the tensor's data are in \(field.name) and again in \(fields[1].name)"),
        fields[1].name)
    }
    guard shape.elementCount > 0 else {
      note(.warning, "\(field.name) holds data of a tensor that has no elements")
      return StoredElements(source: source, pieces: [])
    }
    let due = type.typedField
    guard field.name == due || (field.name == "raw_data" && type != .string) else {
      let alternative = type == .string ? "" : " or raw_data"
      throw error(
        .inconsistent(
          "\(field.name) holds the data of a \(type.name) tensor, \(due)\(alternative) is due"),
        field.name)
    }
    switch field.name {
    case "raw_data", "float_data", "double_data":
      return try plainElements(field, type, shape)
    case "string_data":
      let pieces = try strings(field.indices, field: field.name)
      try checkCount(pieces.count, [shape.elementCount], field.name, type, shape, "strings")
      return StoredElements(source: source, pieces: pieces, encoding: .strings)
    default:
      return try varintElements(field, type, shape)
    }
  }

  private func plainElements(
    _ field: ValueField, _ type: DataType, _ shape: TensorShape
  ) throws -> StoredElements {
    var elements = try elements(field.indices, .littleEndian, field: field.name)
    guard let expected = type.byteCount(elements: shape.elementCount) else {
      throw error(.malformed(field: "dims", detail: "\(shape) has more bytes than fit"), "dims")
    }
    let found = elements.byteCount
    let isTooLong = found > expected && field.name == "raw_data"
    if isTooLong {
      note(
        .warning,
        "raw_data has \(found) bytes, \(type.name) \(shape) needs \(expected); the rest is ignored")
      elements.pieces = elements.pieces.first.map { [$0.prefix(expected)] } ?? []
    } else {
      try checkCount(found, [expected], field.name, type, shape, "bytes")
    }
    return elements
  }

  private func varintElements(
    _ field: ValueField, _ type: DataType, _ shape: TensorShape
  ) throws -> StoredElements {
    let elements = try elements(field.indices, .varints, field: field.name)
    var due = [shape.elementCount]
    if type.bitWidth < 8, let bytes = type.byteCount(elements: shape.elementCount) {
      // One byte in an entry as the standard says, or four as its checker accepts.
      due = [bytes, bytes / 4 + (bytes % 4 == 0 ? 0 : 1)]
    }
    let found = elements.byteCount
    if found <= Self.countedBytes {
      let count = try countVarints(elements)
      try checkCount(count, due, field.name, type, shape, "numbers")
    } else if !due.contains(where: { $0 <= found && found / 10 <= $0 }) {
      throw error(
        .inconsistent(
          "\(field.name) has \(found) bytes, too many or too few for \(type.name) \(shape)"),
        field.name)
    }
    return elements
  }

  private func checkCount(
    _ found: Int, _ due: [Int], _ field: String, _ type: DataType, _ shape: TensorShape,
    _ unit: String
  ) throws {
    guard !due.contains(found) else { return }
    throw error(
      .inconsistent("\(field) has \(found) \(unit), \(type.name) \(shape) needs \(due[0])"),
      field)
  }
}

extension DataType {
  /// The field of TensorProto that holds elements of the type when raw_data does not.
  var typedField: String {
    switch self {
    case .float32, .complex64: "float_data"
    case .float64, .complex128: "double_data"
    case .int64: "int64_data"
    case .uint32, .uint64: "uint64_data"
    case .string: "string_data"
    default: "int32_data"
    }
  }
}

extension Range<Int> {
  /// The first `count` of the range, or all.
  fileprivate func prefix(_ count: Int) -> Range<Int> {
    lowerBound..<Swift.min(upperBound, lowerBound + count)
  }
}
