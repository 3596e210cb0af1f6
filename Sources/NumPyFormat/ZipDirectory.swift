internal import ByteStore
internal import ModelFormats

/// The central directory of a zip archive, checked against every local header.
///
/// Strict where archives can lie: the directory stands right before its end record, members do not
/// overlap each other or the directory, names are given once, what both headers say agrees, and
/// neither encryption nor several disks are accepted. zip64 is read.
/// Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.3.
struct ZipDirectory {
  let source: ByteSource
  private(set) var entries: [ZipEntry] = []

  private static let localHeader: UInt32 = 0x0403_4b50
  private static let centralHeader: UInt32 = 0x0201_4b50

  init(_ source: ByteSource) throws {
    self.source = source
    let end = try ZipEnd.find(in: source)
    var window = try ByteWindow(source)
    var offset = end.directory.lowerBound
    var names: Set<String> = []
    for index in 0..<end.entryCount {
      let place = ArrayPlace(file: source.path, path: [.init("member", index)])
      let entry = try Self.entry(&window, at: &offset, end: end.directory.upperBound, place: place)
      guard names.insert(entry.name).inserted else {
        throw place.error(
          .inconsistent("the archive holds '\(entry.name.printable())' twice"), at: offset)
      }
      entries.append(entry)
    }
    guard offset == end.directory.upperBound else {
      throw ArrayPlace(file: source.path).error(
        .inconsistent("the directory goes on after its \(end.entryCount) members"), at: offset)
    }
    try checkOverlap(end.directory.lowerBound)
  }

  /// Reads the record at `offset` and moves on to the next.
  private static func entry(
    _ window: inout ByteWindow, at offset: inout Int, end: Int, place: ArrayPlace
  ) throws -> ZipEntry {
    let start = offset
    func malformed(_ detail: String) -> FormatError {
      place.error(.malformed(field: "zip directory", detail: detail), at: start)
    }
    guard start <= end - 46 else { throw malformed("it ends inside a record") }
    guard try window.load(UInt32.self, at: start) == centralHeader else {
      throw malformed("no record where one is expected")
    }
    let nameLength = Int(try window.load(UInt16.self, at: start + 28))
    let extraLength = Int(try window.load(UInt16.self, at: start + 30))
    let commentLength = Int(try window.load(UInt16.self, at: start + 32))
    let nameStart = start + 46
    let extra = (nameStart + nameLength)..<(nameStart + nameLength + extraLength)
    offset = extra.upperBound + commentLength
    guard offset <= end else { throw malformed("it ends inside a record") }

    let name = try name(&window, nameStart..<extra.lowerBound, place: place)
    let flags = try window.load(UInt16.self, at: start + 8)
    guard flags & 0x2041 == 0 else {
      throw place.error(.unsupported("encrypted members; save them without a password"), at: start)
    }
    let sizes = try ZipSizes(&window, record: start, extra: extra)
    guard let sizes, try window.load(UInt16.self, at: start + 34) == 0 else {
      throw malformed("sizes or offsets of '\(name.printable())' do not fit, or another disk")
    }
    var entry = ZipEntry(
      name: name, method: try method(window.load(UInt16.self, at: start + 10), place, start),
      checksum: try window.load(UInt32.self, at: start + 16), size: sizes.unpacked,
      headerOffset: sizes.headerOffset, data: 0..<0)
    guard entry.method == .deflated || sizes.packed == sizes.unpacked else {
      throw malformed("'\(name.printable())' is stored in fewer or more bytes than it has")
    }
    entry.data = try data(
      of: entry, packed: sizes.packed, nameLength: nameLength,
      hasDescriptor: flags & 8 != 0, &window, place)
    return entry
  }

  private static func method(
    _ number: UInt16, _ place: ArrayPlace, _ offset: Int
  ) throws -> ZipEntry.Method {
    switch number {
    case 0: return .stored
    case 8: return .deflated
    default:
      throw place.error(
        .unsupported("zip compression method \(number); stored and deflated members are"),
        at: offset)
    }
  }

  /// A member's name: never used as a path, and refused all the same when it wants to be a bad one.
  private static func name(
    _ window: inout ByteWindow, _ range: Range<Int>, place: ArrayPlace
  ) throws -> String {
    guard let name = try window.string(range) else {
      throw place.error(
        .malformed(field: "member name", detail: "it is not UTF-8"), at: range.lowerBound)
    }
    guard NPZName.isAcceptable(name) else {
      throw place.error(
        .malformed(
          field: "member name",
          detail: "'\(name.printable())' is empty, or has a '..', a backslash or a NUL"),
        at: range.lowerBound)
    }
    return name
  }

  /// The packed bytes of a member, after its local header has been compared.
  private static func data(
    of entry: ZipEntry, packed: Int, nameLength: Int, hasDescriptor: Bool,
    _ window: inout ByteWindow, _ place: ArrayPlace
  ) throws -> Range<Int> {
    let start = entry.headerOffset
    func disagreement(_ what: String) -> FormatError {
      place.error(
        .inconsistent(
          "the two headers of '\(entry.name.printable())' disagree about its \(what)"),
        at: start)
    }
    let count = window.source.count
    guard start <= count - 30, try window.load(UInt32.self, at: start) == localHeader else {
      throw place.error(
        .malformed(
          field: "zip directory",
          detail: "no member begins at offset \(start), where '\(entry.name.printable())' should"),
        at: start)
    }
    let method = try window.load(UInt16.self, at: start + 8)
    guard method == (entry.method == .stored ? 0 : 8) else { throw disagreement("method") }
    guard try window.load(UInt16.self, at: start + 6) & 0x2041 == 0 else {
      throw disagreement("encryption")
    }
    let checksum = try window.load(UInt32.self, at: start + 14)
    guard hasDescriptor || checksum == entry.checksum else { throw disagreement("checksum") }
    let localNameLength = Int(try window.load(UInt16.self, at: start + 26))
    let extraLength = Int(try window.load(UInt16.self, at: start + 28))
    let dataStart = start + 30 + localNameLength + extraLength
    guard localNameLength == nameLength, dataStart <= count,
      try window.string((start + 30)..<(start + 30 + nameLength)) == entry.name
    else { throw disagreement("name") }
    guard packed <= count - dataStart else {
      throw place.error(
        .truncated(needed: packed, available: count - dataStart), at: dataStart)
    }
    return dataStart..<(dataStart + packed)
  }

  private func checkOverlap(_ directoryStart: Int) throws {
    let ordered = entries.sorted { $0.headerOffset < $1.headerOffset }
    for (index, entry) in ordered.enumerated() {
      let limit = index + 1 < ordered.count ? ordered[index + 1].headerOffset : directoryStart
      guard entry.data.upperBound <= limit else {
        throw ArrayPlace(file: source.path).error(
          .inconsistent(
            "'\(entry.name.printable())' overlaps another member or the directory"),
          at: entry.headerOffset)
      }
    }
  }
}
