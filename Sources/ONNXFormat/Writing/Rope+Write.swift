internal import ByteStore
internal import ModelFormats
internal import ModelIR

extension Rope {
  /// Writes the bytes in order; payloads pass through in pieces.
  ///
  /// Errors: `UnwritableTensor`, and `FileAccessError` of reading or writing.
  func write(to file: AtomicFile, of model: Model) throws {
    for segment in segments {
      switch segment {
      case .source(let source, let range): try file.copy(from: source, range)
      case .bytes(let bytes): try file.write(bytes)
      case .elements(let tensor, let owner, let count):
        try Self.write(tensor, owner, count, to: file, model)
      }
    }
  }

  private static func write(
    _ tensor: Tensor, _ owner: UnwritableTensor.Owner, _ count: Int, to file: AtomicFile,
    _ model: Model
  ) throws {
    let start = file.count
    do {
      try tensor.forEachPiece { piece, _ in try file.write(piece) }
    } catch let error as TensorError {
      throw UnwritableTensor(owner: owner, name: owner.name(in: model), error: error)
    }
    guard file.count - start == count else {
      throw UnwritableTensor(
        owner: owner, name: owner.name(in: model),
        error: .wrongLength(found: file.count - start, expected: count))
    }
  }
}

extension UnwritableTensor.Owner {
  func name(in model: Model) -> String {
    switch self {
    case .initializer(let value): model[value].name
    case .attribute(let node, let name): "\(model[node].name).\(name)"
    }
  }
}
