public import ByteStore
internal import ModelFormats
public import ModelIR

/// Writes safetensors files as the reference implementation does: wide types first, then by name;
/// the header compact and padded with blanks to a multiple of eight bytes.
public enum SafetensorsWriter {
  /// A tensor on its way into a file.
  public struct Item: Sendable {
    /// Where elements come from.
    public enum Content: Sendable {
      /// A tensor; it may be computed as it is written.
      case tensor(Tensor)
      /// Bytes that are copied as they stand.
      case bytes(ByteSource, Range<Int>)
    }

    /// Its name.
    public var name: String
    /// The type of its elements.
    public var type: SafetensorsType
    /// Its extents.
    public var shape: TensorShape
    /// Where its elements come from.
    public var content: Content

    /// A tensor under a name; nil for a type, or a number of packed elements, that the format
    /// cannot hold.
    public init?(name: String, tensor: Tensor) {
      guard let type = SafetensorsType(tensor.dataType),
        type.bitWidth >= 8 || tensor.shape.elementCount % 2 == 0
      else { return nil }
      self.name = name
      self.type = type
      shape = tensor.shape
      content = .tensor(tensor)
    }

    /// A tensor of another file, as it stands there.
    public init(_ entry: SafetensorsEntry) {
      name = entry.name
      type = entry.type
      shape = entry.shape
      content = .bytes(entry.source, entry.range)
    }

    /// Bytes of its elements.
    var byteCount: Int { (CheckedArithmetic.product(shape.elementCount, type.bitWidth) ?? 0) / 8 }
  }

  /// Writes a whole file; an error from a tensor is handed to `failing` with its name first.
  ///
  /// Errors: `FormatError.unrepresentable` for names that are there twice or hold control
  /// characters; `TensorError`; `FileAccessError`.
  public static func write(
    _ items: [Item], metadata: [(key: String, value: String)] = [], to file: AtomicFile,
    failing: @escaping @Sendable (String, TensorError) -> any Error = { _, error in error }
  ) throws {
    try checkNames(items, file.path)
    let ordered = items.sorted {
      ($0.type.rank, $0.name.utf8) < ($1.type.rank, $1.name.utf8)
    }
    let parts = ordered.flatMap { item in Self.parts(item) { failing(item.name, $0) } }
    try file.write(
      [OutputPart(header(ordered, metadata))] + parts, threads: ProcessFacts.processors)
  }

  /// Writes the index of a checkpoint.
  public static func writeIndex(
    _ shards: [(name: String, items: [Item])], metadata: [(key: String, text: String)],
    to file: AtomicFile
  ) throws {
    let size = shards.flatMap(\.items).reduce(0) { $0 + $1.byteCount }
    var lines = ["    \"total_size\": \(size)"]
    lines += metadata.map { "    \(JSONText.quoted($0.key)): \($0.text)" }
    var map: [(name: String, file: String)] = []
    for shard in shards { map += shard.items.map { ($0.name, shard.name) } }
    map.sort { $0.name.utf8 < $1.name.utf8 }
    let entries = map.map { "    \(JSONText.quoted($0.name)): \(JSONText.quoted($0.file))" }
    let text = """
      {
        "metadata": {
      \(lines.joined(separator: ",\n"))
        },
        "weight_map": {
      \(entries.joined(separator: ",\n"))
        }
      }

      """
    try file.write(Array(text.utf8))
  }

  private static func header(
    _ items: [Item], _ metadata: [(key: String, value: String)]
  ) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let texts = metadata.map { JSONText.quoted($0.key) + ":" + JSONText.quoted($0.value) }
      members.append("\"\(SafetensorsHeader.metadataKey)\":{\(texts.joined(separator: ","))}")
    }
    var offset = 0
    for item in items {
      let extents = item.shape.dimensions.map { "\($0)" }.joined(separator: ",")
      let end = offset + item.byteCount
      members.append(
        JSONText.quoted(item.name) + ":{\"dtype\":\"\(item.type.rawValue)\","
          + "\"shape\":[\(extents)],\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var text = Array("{\(members.joined(separator: ","))}".utf8)
    text.append(contentsOf: repeatElement(0x20, count: (8 - text.count % 8) % 8))
    return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text
  }

  private static func parts(
    _ item: Item, failing: @escaping @Sendable (TensorError) -> any Error
  ) -> [OutputPart] {
    switch item.content {
    case .bytes(let source, let range): return OutputPart.copies(of: source, range)
    case .tensor(let tensor):
      if case .stored(let elements) = tensor.storage, elements.encoding == .littleEndian,
        elements.byteCount == item.byteCount
      {
        return elements.pieces.flatMap { OutputPart.copies(of: elements.source, $0) }
      }
      return tensor.outputParts(byteCount: item.byteCount, failing: failing)
    }
  }

  private static func checkNames(_ items: [Item], _ path: String) throws {
    var names: Set<[UInt8]> = []
    for item in items {
      let isBad =
        item.name == SafetensorsHeader.metadataKey
        || item.name.utf8.contains { $0 < 0x20 || $0 == 0x7f }
      guard !isBad, names.insert(Array(item.name.utf8)).inserted else {
        let what = isBad ? "is no name for a tensor" : "stands for two tensors"
        throw FormatError(
          .unrepresentable("\"\(item.name.printable())\" \(what)"),
          at: InputLocation(file: path))
      }
    }
  }
}

/// Bytes in order, as the reference implementation sorts names.
private func < (a: String.UTF8View, b: String.UTF8View) -> Bool { a.lexicographicallyPrecedes(b) }

private func < (a: (Int, String.UTF8View), b: (Int, String.UTF8View)) -> Bool {
  a.0 != b.0 ? a.0 < b.0 : a.1 < b.1
}
