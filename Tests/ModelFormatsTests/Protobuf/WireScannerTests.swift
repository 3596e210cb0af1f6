import ByteStore
import ModelFormats
import Testing

/// A tree of messages with one field of every kind.
private let schema = ProtobufSchema([
  .init(
    "Root", nameField: 2,
    [
      .init(1, "child", .message("Root"), repeated: true), .init(2, "name", .string),
      .init(3, "only", .message("Root")), .init(4, "prose", .text), .init(5, "few", .bytes),
      .init(6, "number", .number(.varint)), .init(7, "dims", .number(.varint), repeated: true),
      .init(8, "raw", .payloadBytes), .init(9, "floats", .payload(.fixed32), repeated: true),
      .init(10, "ints", .payload(.varint), repeated: true),
      .init(11, "doubles", .payload(.fixed64), repeated: true),
      .init(12, "float", .number(.fixed32)), .init(13, "blobs", .payloadBytes, repeated: true),
    ])
])

private func scan(_ bytes: [UInt8], _ limits: ReadLimits = ReadLimits()) throws -> WireScan {
  try WireScanner(schema: schema, limits: limits).scan(ByteSource(bytes, path: "f"))
}

private func failure(_ bytes: [UInt8], _ limits: ReadLimits = ReadLimits()) -> FormatError? {
  do {
    _ = try scan(bytes, limits)
    return nil
  } catch {
    return error as? FormatError
  }
}

@Suite("The wire scanner")
struct WireScannerTests {
  @Test("Small fields are copied, payloads become indices, the rest stays out")
  func skeleton() throws {
    let bytes: [UInt8] = [
      0x12, 2, 0x68, 0x69,  // name: "hi"
      0x22, 3, 1, 2, 3,  // prose
      0x2a, 1, 0xff,  // few
      0x30, 0x80, 0x00,  // number: an over-long zero
      0x3a, 2, 5, 6,  // dims, packed
      0x42, 4, 9, 9, 9, 9,  // raw
      0x4d, 0, 0, 128, 63,  // floats, one alone
      0x52, 2, 1, 2,  // ints, packed
      0x5a, 8, 1, 2, 3, 4, 5, 6, 7, 8,  // doubles, packed
      0x65, 0, 0, 128, 63,  // float
      0x98, 0x06, 7,  // field 99, unknown
      0xa3, 0x06, 0x0a, 1, 0, 0xa4, 0x06,  // field 100, a group
    ]
    let result = try scan(bytes)
    #expect(
      result.skeleton == [
        0x12, 2, 0x68, 0x69, 0x2a, 1, 0xff, 0x30, 0, 0x38, 5, 0x38, 6,
        0x42, 4, 0, 0, 0, 0, 0x4d, 1, 0, 0, 0, 0x50, 2, 0x59, 3, 0, 0, 0, 0, 0, 0, 0,
        0x65, 0, 0, 128, 63,
      ])
    #expect(
      result.payloads == [
        PayloadRun(range: 19..<25, body: 21..<25), PayloadRun(range: 25..<30, body: 26..<30),
        PayloadRun(range: 30..<34, body: 32..<34), PayloadRun(range: 34..<44, body: 36..<44),
      ])
  }

  @Test("Records of one repeated field in a row are one run")
  func runs() throws {
    let bytes: [UInt8] = [
      0x50, 1, 0x50, 2, 0x52, 2, 3, 4,  // ints: 1, 2, [3, 4]
      0x30, 1,  // number
      0x50, 5,  // ints: 5
      0x6a, 1, 65, 0x6a, 0,  // blobs: "A", ""
      0x0a, 2, 0x50, 6,  // child with ints: 6
    ]
    let result = try scan(bytes)
    #expect(result.payloads.map(\.range) == [0..<8, 10..<12, 12..<17, 19..<21])
    let source = ByteSource(bytes)
    #expect(try result.payloads[0].joined(in: source) == [1, 2, 3, 4])
    #expect(try result.payloads[0].bodies(in: source, limit: 3) == [1..<2, 3..<4, 6..<8])
    #expect(try result.payloads[0].bodies(in: source, limit: 2) == nil)
    #expect(try result.payloads[2].bodies(in: source, limit: 9)?.map(\.count) == [1, 0])
  }

  @Test("Lengths of messages are those of the skeleton")
  func lengths() throws {
    let bytes: [UInt8] = [0x0a, 9, 0x42, 5, 1, 2, 3, 4, 5, 0x30, 7, 0x30, 8]
    #expect(
      try scan(bytes).skeleton == [
        0x0a, 0x88, 0x80, 0x80, 0x80, 0x00, 0x42, 4, 0, 0, 0, 0, 0x30, 7, 0x30, 8,
      ])
  }

  /// Bytes, a part of the message, the byte offset and the path.
  static let malformed: [([UInt8], String, Int, String)] = [
    ([0x00], "0 is no field number", 0, ""),
    ([0x80, 0x80, 0x80, 0x80, 0x10], "no field number", 0, ""),
    ([0x36, 1], "6 is no wire type", 0, ""),
    ([0x37, 1], "7 is no wire type", 0, ""),
    ([0x34], "a group ends that did not begin", 0, ""),
    ([0x33, 0x30, 1], "does not end", 1, ""),
    ([0x33, 0x44], "the end of another group", 1, ""),
    ([0x30, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1], "ten bytes", 1, ""),
    ([0x30, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2], "ten bytes", 1, ""),
    ([0x0a, 2, 0x12, 5, 0x30, 1, 0x30, 1], "5 bytes are announced", 3, "child[0].name"),
    (
      [0x0a, 2, 0x12, 0x80, 0x30, 1, 0x30, 1, 0x30, 1, 0x30, 1, 0x30, 1], "ten bytes", 3, "child[0]"
    ),
    ([0x12, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1], "exceed every file", 1, ""),
    ([0x4a, 3, 1, 2, 3], "no whole number", 0, "floats[0]"),
    ([0x5a, 4, 1, 2, 3, 4], "no whole number", 0, "doubles[0]"),
    ([0x3a, 2, 5, 0x80], "does not end", 3, "dims[0]"),
    ([0x1a, 0, 0x1a, 0], "given twice", 2, "only"),
    ([0x12, 1, 0xff], "not valid UTF-8", 2, "name"),
    ([0x12, 2, 65, 0], "NUL", 3, "name"),
    ([0x0a, 0, 0x0a, 7, 0x12, 1, 66, 0x12, 2, 65, 0], "NUL", 10, "child[1] \"B\".name"),
    ([0x10, 5], "varint where lengthDelimited is due", 0, "name"),
    ([0x32, 0], "lengthDelimited where varint is due", 0, "number"),
    ([0x08, 5], "varint where lengthDelimited is due", 0, "child[0]"),
  ]

  @Test("Malformed bytes are refused at their place", arguments: malformed.indices)
  func refused(_ index: Int) throws {
    let (bytes, text, offset, path) = Self.malformed[index]
    let error = try #require(failure(bytes))
    #expect(error.description.contains(text), "\(error)")
    #expect(error.location.position == .byte(offset), "\(error)")
    // The path ends where the walk for it fails for the same reason as the scan.
    let found = error.location.path.map(\.description).joined(separator: ".")
    #expect(path.hasPrefix(found) || found == path, "\(found)")
  }

  @Test(
    "A file that ends too early says so",
    arguments: [
      [0x12, 5, 65], [0x30], [0x30, 0x80], [0x65, 0, 0], [0x12, 0xff, 0xff, 0xff, 0xff, 0x07],
    ] as [[UInt8]])
  func truncated(_ bytes: [UInt8]) throws {
    guard case .truncated? = failure(bytes)?.problem else {
      Issue.record("\(String(describing: failure(bytes)))")
      return
    }
  }

  private static func nested(_ depth: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 1..<depth {
      var length = bytes.count
      var tag: [UInt8] = [0x0a]
      repeat {
        tag.append(UInt8(length & 0x7f) | (length > 0x7f ? 0x80 : 0))
        length >>= 7
      } while length > 0
      bytes = tag + bytes
    }
    return bytes
  }

  @Test("Messages may be a hundred deep, not more")
  func depth() throws {
    _ = try scan(Self.nested(100))
    for depth in [101, 5000] {
      guard
        case .limitExceeded(.depth, found: 101, allowed: 100)? =
          failure(Self.nested(depth))?.problem
      else {
        Issue.record("\(depth)")
        return
      }
    }
  }

  @Test("Groups may be as deep, and are skipped without recursion")
  func groups() throws {
    func groups(_ depth: Int) -> [UInt8] {
      [UInt8](repeating: 0x73, count: depth) + [UInt8](repeating: 0x74, count: depth)
    }
    #expect(try scan(groups(100)).skeleton.isEmpty)
    guard case .limitExceeded(.depth, _, _)? = failure(groups(100_000))?.problem else {
      Issue.record("no limit")
      return
    }
  }

  @Test("Limits on records and structure")
  func limits() throws {
    var limits = ReadLimits()
    limits.records = 2
    _ = try scan([0x30, 1, 0x30, 1], limits)
    guard
      case .limitExceeded(.records, found: 3, allowed: 2)? =
        failure([0x30, 1, 0x30, 1, 0x30, 1], limits)?.problem
    else {
      Issue.record("records")
      return
    }
    limits = ReadLimits()
    limits.structureBytes = 10
    guard
      case .limitExceeded(.structureBytes, _, _)? =
        failure([0x12, 20] + [UInt8](repeating: 65, count: 20), limits)?.problem
    else {
      Issue.record("structure")
      return
    }
    // Payloads are no structure.
    _ = try scan([0x42, 20] + [UInt8](repeating: 65, count: 20), limits)
  }

  @Test("Prose that is no text is noted, not refused")
  func prose() throws {
    let result = try scan([0x0a, 3, 0x22, 1, 0xff])
    #expect(result.diagnostics.count == 1)
    #expect(result.diagnostics.first?.location.position == .byte(4))
  }

  @Test("A file on disk reads as the same bytes in memory do")
  func everyCut() throws {
    // A string longer than the window's first read.
    let text = [UInt8](repeating: 65, count: 9000)
    let bytes: [UInt8] = [0x12, 0xa8, 0x46] + text + [0x30, 1]
    #expect(try scan(bytes).skeleton == bytes)
  }
}

@Suite("The wire locator")
struct WireLocatorTests {
  private let bytes: [UInt8] = [
    0x30, 1,  // number
    0x0a, 3, 0x12, 1, 65,  // child[0] "A"
    0x0a, 7, 0x0a, 5, 0x30, 1, 0x12, 1, 66,  // child[1].child[0] "B", the name last
  ]

  @Test("From a byte to its path")
  func path() {
    let locator = WireLocator(ByteSource(bytes, path: "f"), schema: schema)
    #expect(locator.location(ofByte: 0).description == "f: byte 0: number")
    #expect(locator.location(ofByte: 5).description == "f: byte 5: child[0] \"A\".name")
    #expect(
      locator.location(ofByte: 11).description == "f: byte 11: child[1].child[0] \"B\".number")
  }

  @Test("From a path to its byte, with the names on the way")
  func place() {
    let locator = WireLocator(ByteSource(bytes, path: "f"), schema: schema)
    let place = locator.location(of: [.init("child", 1), .init("child", 0), .init("name")])
    #expect(place.position == .byte(13))
    #expect(place.path.map(\.description) == ["child[1]", "child[0] \"B\"", "name"])
    // What is not there is placed at what is.
    let absent = locator.location(of: [.init("child", 0), .init("only")])
    #expect(absent.position == .byte(2))
    #expect(absent.path.count == 2)
  }
}
