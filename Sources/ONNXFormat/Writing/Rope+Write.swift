internal import ByteStore
internal import ModelFormats
internal import ModelIR

extension Rope {
  /// Bytes that one part has at least, where small segments are put together.
  private static let smallPart = 1 << 20
  /// Bytes that one part has at most, about.
  private static let largePart = 4 << 20
  /// Bytes that are read or computed at a time: they stay in the cache of a core.
  private static let piece = 256 << 10

  /// Writes the bytes in order; payloads pass through in pieces, by as many threads as there are
  /// processors.
  ///
  /// Errors: `UnwritableTensor`, and `FileAccessError` of reading or writing.
  func write(to file: AtomicFile, of model: Model) throws {
    try file.write(parts(of: model), threads: ProcessFacts.processors)
  }

  private func parts(of model: Model) -> [OutputPart] {
    var parts: [OutputPart] = []
    var small: [OutputPart] = []
    var smallCount = 0
    func join() {
      guard !small.isEmpty else { return }
      let joined = small
      parts.append(
        OutputPart(count: smallCount) { take in for part in joined { try part.produce(take) } })
      small = []
      smallCount = 0
    }
    for part in segments.flatMap({ Self.parts($0, model) }) {
      if part.count >= Self.smallPart { join() }
      small.append(part)
      smallCount += part.count
      if smallCount >= Self.smallPart { join() }
    }
    join()
    return parts
  }

  private static func parts(_ segment: Segment, _ model: Model) -> [OutputPart] {
    switch segment {
    case .bytes(let bytes):
      return [OutputPart(bytes)]
    case .source(let source, let range):
      return stride(from: range.lowerBound, to: range.upperBound, by: largePart).map { start in
        let part = start..<min(start + largePart, range.upperBound)
        return OutputPart(count: part.count) { take in
          try source.forEachPiece(part, pieceSize: piece) { bytes, _ in try take(bytes) }
        }
      }
    case .elements(let tensor, let owner, let count):
      let name = owner.name(in: model)
      let width = max(1, tensor.dataType.bitWidth / 8)
      let ranges = tensor.divided(into: largePart / width)
      return ranges.map { range in
        let bytes = ranges.count == 1 ? count : range.count * width
        return OutputPart(count: bytes) { take in
          try produce(tensor, range, piece / width, bytes, owner, name, take)
        }
      }
    }
  }

  private static func produce(
    _ tensor: Tensor, _ range: Range<Int>, _ step: Int, _ count: Int,
    _ owner: UnwritableTensor.Owner, _ name: String, _ take: (RawSpan) throws -> Void
  ) throws {
    var done = 0
    func check(_ isRight: Bool) throws {
      guard isRight else {
        throw UnwritableTensor(
          owner: owner, name: name, error: .wrongLength(found: done, expected: count))
      }
    }
    do {
      try tensor.forEachPiece(of: range, maximumElements: step) { bytes, _ in
        done += bytes.byteCount
        try check(done <= count)
        try take(bytes)
      }
      try check(done == count)
    } catch let error as TensorError {
      throw UnwritableTensor(owner: owner, name: name, error: error)
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
