import ByteStore
import TestSupport
import Testing

/// The window must give what the source holds, wherever and in whatever order it is asked.
struct ByteWindowTests {
  /// 300,000 bytes whose value tells their place: byte i is (i · 7 + i / 256) mod 256.
  static let content: [UInt8] = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 * 7 + $0 / 256) }

  static func sources(_ folder: borrowing ScratchFolder) throws -> [ByteSource] {
    let path = try folder.write(content, to: "content")
    return [ByteSource(content), try ByteSource(file: path)]
  }

  @Test func bytesInOrderAndJumping() throws {
    let folder = try ScratchFolder()
    for source in try Self.sources(folder) {
      var window = try ByteWindow(source, capacity: 16384)
      for offset in 0..<Self.content.count where try window.byte(at: offset) != Self.content[offset]
      {
        Issue.record("byte \(offset) differs")
        return
      }
      for offset in [299_999, 0, 150_000, 4095, 4096, 149_999, 16384] {
        #expect(try window.byte(at: offset) == Self.content[offset])
      }
    }
  }

  @Test func integersAcrossWindowEnds() throws {
    let folder = try ScratchFolder()
    for source in try Self.sources(folder) {
      var window = try ByteWindow(source, capacity: 4096)
      for offset in stride(from: 3, to: 299_000, by: 4093) {
        let expected = (0..<8).reduce(UInt64(0)) {
          $0 | UInt64(Self.content[offset + $1]) << (8 * $1)
        }
        #expect(try window.load(UInt64.self, at: offset) == expected)
        #expect(try window.load(Int32.self, at: offset) == Int32(truncatingIfNeeded: expected))
      }
    }
  }

  @Test func rangeIsABorder() throws {
    let folder = try ScratchFolder()
    for source in try Self.sources(folder) {
      var window = try ByteWindow(source, range: 100..<200)
      #expect(try window.byte(at: 100) == Self.content[100])
      #expect(try window.byte(at: 199) == Self.content[199])
      for offset in [99, 200, -1, Int.max, Int.min] {
        #expect(throws: FileAccessError.self) { _ = try window.byte(at: offset) }
      }
      for offset in [197, 93, Int.max, -4] {
        #expect(throws: FileAccessError.self) { _ = try window.load(UInt32.self, at: offset) }
      }
      #expect(throws: FileAccessError.self) { try window.withBytes(150..<201) { _ in } }
      #expect(throws: FileAccessError.self) {
        _ = try ByteWindow(source, range: 0..<(source.count + 1))
      }
      // A failed read leaves the window usable.
      #expect(try window.byte(at: 196) == Self.content[196])
    }
  }

  @Test func lentBytesShortAndLong() throws {
    let folder = try ScratchFolder()
    for source in try Self.sources(folder) {
      var window = try ByteWindow(source, capacity: 8192)
      for part in [0..<0, 5..<5, 0..<10, 8000..<9000, 1000..<120_000, 299_990..<300_000] {
        let copy = try window.withBytes(part) { bytes in
          (0..<bytes.byteCount).map { unsafe bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
        }
        #expect(copy == Array(Self.content[part]))
      }
    }
  }

  /// Encodings by hand from the protobuf documentation's rules.
  @Test(
    arguments: [
      ([0x00], 0, 1), ([0x7f], 127, 1), ([0x96, 0x01], 150, 2), ([0x80, 0x00], 0, 2),
      ([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], UInt64.max, 10),
      ([0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00], 1, 10),
    ] as [([UInt8], UInt64, Int)])
  func varints(bytes: [UInt8], value: UInt64, length: Int) throws {
    var window = try ByteWindow(ByteSource(bytes))
    let read = try #require(try window.varint(at: 0, limit: bytes.count))
    #expect(read.value == value)
    #expect(read.length == length)
    // One byte less is an unterminated varint.
    #expect(try window.varint(at: 0, limit: bytes.count - 1) == nil)
  }

  @Test(
    arguments: [
      [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02],
      [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
      [0x80],
    ] as [[UInt8]])
  func badVarints(bytes: [UInt8]) throws {
    var window = try ByteWindow(ByteSource(bytes))
    #expect(try window.varint(at: 0, limit: bytes.count) == nil)
  }

  @Test func textMustBeUTF8() throws {
    var window = try ByteWindow(ByteSource(Array("conv1.weight é".utf8) + [0xff]))
    #expect(try window.string(0..<15) == "conv1.weight é")
    #expect(try window.string(13..<15) == "é")
    #expect(try window.string(0..<16) == nil)
    #expect(try window.string(3..<3) == "")
  }
}
