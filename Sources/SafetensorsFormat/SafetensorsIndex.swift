internal import ByteStore
internal import ModelFormats

/// Reads `model.safetensors.index.json`:
/// `{"metadata": {…}, "weight_map": {tensor: file name}}`.
struct SafetensorsIndex {
  private let source: ByteSource
  /// The members of "metadata" but for total_size, as text.
  private(set) var metadata: [(key: String, text: String)] = []
  /// Where each tensor lies, by its bytes, with the byte of its key.
  private var places: [[UInt8]: (file: String, key: Int)] = [:]
  /// File names in the order in which they are first named.
  private(set) var files: [String] = []

  init(_ source: ByteSource, limits: ReadLimits) throws {
    self.source = source
    guard source.count <= limits.structureBytes else {
      throw FormatError(
        .limitExceeded(.structureBytes, found: source.count, allowed: limits.structureBytes),
        at: InputLocation(file: source.path))
    }
    var cursor = JSONCursor(try source.bytes(0..<source.count), file: source.path)
    var hasMap = false
    try cursor.object { cursor, key, offset in
      switch key {
      case "weight_map":
        guard !hasMap else { throw twice(key, at: offset) }
        hasMap = true
        try readMap(&cursor)
      case "metadata":
        if try cursor.skipNull() { return }
        try cursor.object { cursor, key, _ in
          let text = try cursor.text()
          if key != "total_size" { metadata.append((key, text)) }
        }
      default: try cursor.skipValue()
      }
    }
    try cursor.end()
    guard hasMap else {
      throw FormatError(
        .missing(field: "weight_map (is this the index of a safetensors checkpoint?)"),
        at: InputLocation(file: source.path))
    }
  }

  private func twice(_ name: String, at offset: Int) -> FormatError {
    FormatError(
      .malformed(field: "index", detail: "\"\(name.printable())\" is there twice"),
      at: InputLocation(file: source.path, position: .byte(offset)))
  }

  private mutating func readMap(_ cursor: inout JSONCursor) throws {
    var known: Set<String> = []
    try cursor.object { cursor, name, offset in
      let file = try cursor.string()
      guard places.updateValue((file, offset), forKey: Array(name.utf8)) == nil else {
        throw twice(name, at: offset)
      }
      if known.insert(file).inserted { files.append(file) }
    }
  }

  /// Every tensor of the map lies in its file, and every tensor of a file is in the map.
  func check(_ shards: [SafetensorsFile.Shard]) throws {
    var open = places
    for shard in shards {
      for entry in shard.entries {
        let name = "\"\(entry.name.printable())\""
        guard let place = open.removeValue(forKey: Array(entry.name.utf8)) else {
          let isKnown = places[Array(entry.name.utf8)] != nil
          throw FormatError(
            .inconsistent(
              isKnown
                ? "the tensor \(name) is in two files"
                : "the tensor \(name) is not in the index \(source.path)"),
            at: entry.location)
        }
        guard place.file == shard.name else {
          throw FormatError(
            .inconsistent(
              "the tensor \(name) is in \(shard.name.printable()), but the index says "
                + place.file.printable()), at: entry.location)
        }
      }
    }
    guard let (name, place) = open.min(by: { $0.value.key < $1.value.key }) else { return }
    throw FormatError(
      .inconsistent(
        "the tensor \"\(String(decoding: name, as: UTF8.self).printable())\" is not in "
          + place.file.printable()),
      at: InputLocation(file: source.path, position: .byte(place.key)))
  }
}
