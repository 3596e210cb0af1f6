public import ByteStore
internal import ModelFormats
public import ModelIR

/// Writes .npz files: `add` each array, then `finish`.
///
/// Sizes and checksums are written back into each member's header, so members are plain (no data
/// descriptors) and can be read from the front too. Times are 1980-01-01: the same arrays give the
/// same bytes. zip64 is used where sizes, offsets or counts need it.
public struct NPZWriter {
  /// How members are packed.
  public enum Compression: Sendable {
    /// As they are, as `numpy.savez` does.
    case stored
    /// With deflate, as `numpy.savez_compressed` does.
    case deflated
  }

  private let file: AtomicFile
  private let compression: Compression
  private var records: [ZipRecord] = []
  private var names: Set<String> = []

  /// Begins an archive at the beginning of a file.
  public init(to file: AtomicFile, compression: Compression = .stored) {
    self.file = file
    self.compression = compression
  }

  /// Adds an array under a name that is not there yet; types as for `NPYWriter`.
  ///
  /// Errors: `FormatError.unrepresentable` for a type that NumPy lacks and for a name that is
  /// empty, taken or that readers refuse; `TensorError`, `FileAccessError`.
  public mutating func add(_ name: String, _ tensor: Tensor) throws {
    let member = name + NPZName.suffix
    // The length of a name has 16 bits.
    guard !name.isEmpty, NPZName.isAcceptable(member), member.utf8.count <= 65_535,
      names.insert(name).inserted
    else {
      throw FormatError(
        .unrepresentable("an array named '\(name.printable())' (bad or twice) in an archive"),
        at: InputLocation(file: file.path))
    }
    let array = try WrittenArray(tensor, file: file.path)
    var record = ZipRecord(
      name: member, isDeflated: compression == .deflated, offset: file.count, size: array.count)
    try file.write(record.localHeader())
    let start = file.count
    var checksum = Checksum()
    switch compression {
    case .stored:
      checksum.add(array.header)
      try file.write(array.header)
      try array.forEachPiece { piece in
        checksum.add(piece)
        try file.write(piece)
      }
    case .deflated:
      let deflater = try Deflater()
      checksum.add(array.header)
      try deflater.add(array.header) { try file.write($0) }
      try array.forEachPiece { piece in
        checksum.add(piece)
        try deflater.add(piece) { try file.write($0) }
      }
      try deflater.finish { try file.write($0) }
    }
    record.checksum = checksum.value
    record.packed = file.count - start
    try file.overwrite(record.localHeader(), at: record.offset)
    records.append(record)
  }

  /// Writes the directory; nothing can be added any more.
  public consuming func finish() throws {
    let start = file.count
    for record in records { try file.write(record.directoryRecord()) }
    try file.write(ZipRecord.end(count: records.count, directory: start..<file.count))
  }
}
