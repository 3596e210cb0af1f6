internal import ByteStore
internal import ModelFormats
internal import ModelIR

extension Rope {
  /// Writes the bytes in order; payloads pass through in pieces, by as many threads as there are
  /// processors.
  ///
  /// Errors: `UnwritableTensor`, and `FileAccessError` of reading or writing.
  func write(to file: AtomicFile, of model: Model) throws {
    try file.write(parts(of: model), threads: ProcessFacts.processors)
  }

  private func parts(of model: Model) -> [OutputPart] {
    segments.flatMap { segment -> [OutputPart] in
      switch segment {
      case .bytes(let bytes): [OutputPart(bytes)]
      case .source(let source, let range): OutputPart.copies(of: source, range)
      case .elements(let tensor, let owner, let count):
        Self.parts(tensor, count, owner, owner.name(in: model))
      }
    }
  }

  private static func parts(
    _ tensor: Tensor, _ count: Int, _ owner: UnwritableTensor.Owner, _ name: String
  ) -> [OutputPart] {
    tensor.outputParts(byteCount: count) { error in
      UnwritableTensor(owner: owner, name: name, error: error)
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
