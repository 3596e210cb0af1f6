internal import ByteStore
internal import ModelFormats
internal import ModelIR

/// Tensors whose data lie in another file.
extension ReadContext {
  /// The keys that external_data may hold.
  private static let keys: Set = ["location", "offset", "length", "checksum", "basepath"]

  /// The range of the other file that a tensor's elements take.
  func external(
    _ message: TensorMessage, _ type: DataType, _ shape: TensorShape
  ) throws -> StoredElements {
    guard let expected = type.byteCount(elements: shape.elementCount) else {
      throw error(.unsupported("external data of type \(type.name) and shape \(shape)"))
    }
    let entries = try entries(message)
    guard let location = entries["location"] else {
      throw error(.missing(field: "the location of external data"), "external_data")
    }
    let offset = try number(entries, "offset") ?? 0
    let file: ByteSource
    do throws(FileAccessError) {
      file = try external.open(location)
    } catch {
      throw self.error(.inaccessible(error), "external_data")
    }
    guard offset <= file.count else {
      throw error(
        .inconsistent(
          "the tensor's data begin at offset \(offset) of \"\(location.printable())\", "
            + "which has \(file.count) bytes"), "external_data")
    }
    let available = try number(entries, "length") ?? (file.count - offset)
    guard available <= file.count - offset else {
      throw error(
        .inconsistent(
          "the tensor's \(available) bytes at offset \(offset) reach beyond the end of "
            + "\"\(location.printable())\", which has \(file.count)"), "external_data")
    }
    guard available >= expected else {
      throw error(
        .inconsistent(
          "external data have \(available) bytes, \(type.name) \(shape) needs \(expected)"),
        "external_data")
    }
    if entries["length"] != nil, available > expected {
      note(
        .warning,
        "external data have \(available) bytes, \(type.name) \(shape) needs \(expected); "
          + "the rest is ignored")
    }
    try checkDigest(entries, location)
    let range = offset..<(offset + expected)
    external.claim(range, of: location, at: path)
    return StoredElements(source: file, pieces: [range])
  }

  /// Notes tensors whose data overlap those of others in part.
  func noteOverlaps() {
    let place = path
    for overlap in external.overlaps() {
      path = overlap.claim.path
      note(
        .warning,
        "the tensor's data in \"\(overlap.location.printable())\" overlap those of another tensor")
    }
    path = place
  }

  private func checkDigest(_ entries: [String: String], _ location: String) throws {
    guard options.verifiesChecksums, let stated = entries["checksum"], !stated.isEmpty else {
      return
    }
    let found = try external.digest(location)
    guard found == stated.lowercased() else {
      throw error(
        .inconsistent(
          "the SHA-1 of \"\(location.printable())\" is \(found), "
            + "\"\(stated.printable())\" is stated"), "external_data")
    }
  }

  private func entries(_ message: TensorMessage) throws -> [String: String] {
    var entries: [String: String] = [:]
    for (index, entry) in message.externalData.enumerated() {
      guard Self.keys.contains(entry.key) else {
        note(.warning, "external_data has an unknown key \"\(entry.key.printable())\"")
        continue
      }
      guard entries.updateValue(entry.value, forKey: entry.key) == nil else {
        throw error(
          .inconsistent("external_data gives \"\(entry.key)\" twice"), "external_data", index)
      }
    }
    return entries
  }

  /// A number of bytes: decimal digits and nothing else.
  private func number(_ entries: [String: String], _ key: String) throws -> Int? {
    guard let text = entries[key] else { return nil }
    let isDigits = text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    guard isDigits, let number = Int(text) else {
      throw error(
        .malformed(
          field: "external_data \(key)",
          detail: "\"\(text.printable())\" is no number of bytes"), "external_data")
    }
    return number
  }
}
