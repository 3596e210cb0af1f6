internal import ByteStore
internal import ModelFormats

/// The end record of a zip archive: where the directory is, and how many members it lists.
struct ZipEnd {
  var directory: Range<Int>
  var entryCount: Int

  private static let endRecord: UInt32 = 0x0605_4b50
  private static let end64Record: UInt32 = 0x0606_4b50
  private static let end64Locator: UInt32 = 0x0706_4b50
  /// The end record, and a comment of at most 65,535 bytes after it.
  private static let recordLength = 22

  static func find(in source: ByteSource) throws -> ZipEnd {
    let place = ArrayPlace(file: source.path)
    guard let record = try position(in: source) else {
      throw place.error(
        .missing(field: "the archive's directory (at the end; a partial download lacks it)"),
        at: source.count)
    }
    var window = try ByteWindow(source, capacity: 4096)
    var numbers = Numbers(
      disks: try window.load(UInt32.self, at: record + 4),
      entriesHere: UInt64(try window.load(UInt16.self, at: record + 8)),
      entries: UInt64(try window.load(UInt16.self, at: record + 10)),
      size: UInt64(try window.load(UInt32.self, at: record + 12)),
      offset: UInt64(try window.load(UInt32.self, at: record + 16)))
    var end = record
    if record >= 20, try window.load(UInt32.self, at: record - 20) == end64Locator {
      let (large, start) = try large(&window, locator: record - 20, place: place)
      guard numbers.agree(with: large) else {
        throw place.error(.inconsistent("the two end records of the archive disagree"), at: record)
      }
      (numbers, end) = (large, start)
    }
    guard numbers.disks == 0, numbers.entriesHere == numbers.entries else {
      throw place.error(.unsupported("archives of several disks"), at: record)
    }
    guard let offset = Int(exactly: numbers.offset), let size = Int(exactly: numbers.size),
      let count = Int(exactly: numbers.entries), offset <= end, size == end - offset
    else {
      throw place.error(
        .inconsistent("the archive's directory does not stand right before its end record"),
        at: record)
    }
    // A record of the directory takes at least 46 bytes.
    guard count <= size / 46 else {
      throw place.error(
        .inconsistent("\(count) members cannot be listed in a directory of \(size) bytes"),
        at: record)
    }
    return ZipEnd(directory: offset..<end, entryCount: count)
  }

  /// The last place where an end record and its comment reach exactly to the end of the file.
  private static func position(in source: ByteSource) throws -> Int? {
    let start = max(0, source.count - recordLength - 65_535)
    let tail = try source.bytes(start..<source.count)
    var index = tail.count - recordLength
    while index >= 0 {
      if tail[index] == 0x50, tail[index + 1] == 0x4b, tail[index + 2] == 5, tail[index + 3] == 6 {
        let comment = Int(tail[index + 20]) | Int(tail[index + 21]) << 8
        if comment == tail.count - index - recordLength { return start + index }
      }
      index -= 1
    }
    return nil
  }

  /// The zip64 end record that a locator points to, and where it begins.
  private static func large(
    _ window: inout ByteWindow, locator: Int, place: ArrayPlace
  ) throws -> (Numbers, start: Int) {
    let offset = try window.load(UInt64.self, at: locator + 8)
    guard let start = Int(exactly: offset), start <= locator - 56,
      try window.load(UInt32.self, at: start) == end64Record,
      // The record's own length does not count its first 12 bytes.
      try window.load(UInt64.self, at: start + 4) == UInt64(locator - start - 12),
      try window.load(UInt32.self, at: locator + 4) == 0
    else {
      throw place.error(
        .malformed(field: "zip64 end record", detail: "it is not where its locator says"),
        at: locator)
    }
    let numbers = Numbers(
      disks: try window.load(UInt32.self, at: start + 16)
        | (try window.load(UInt32.self, at: start + 20)),
      entriesHere: try window.load(UInt64.self, at: start + 24),
      entries: try window.load(UInt64.self, at: start + 32),
      size: try window.load(UInt64.self, at: start + 40),
      offset: try window.load(UInt64.self, at: start + 48))
    return (numbers, start)
  }

  private struct Numbers {
    /// Numbers of this disk and of the directory's, joined: 0 when both are.
    var disks: UInt32
    var entriesHere: UInt64
    var entries: UInt64
    var size: UInt64
    var offset: UInt64

    /// Whether each number is that of the large record or says that it does not fit.
    func agree(with large: Numbers) -> Bool {
      (entries == large.entries || entries == 0xffff)
        && (size == large.size || size == 0xffff_ffff)
        && (offset == large.offset || offset == 0xffff_ffff)
    }
  }
}
