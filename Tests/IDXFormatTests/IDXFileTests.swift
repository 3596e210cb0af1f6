import ByteStore
import ModelFormats
import ModelIR
import TestSupport
import Testing

@testable import IDXFormat

@Suite struct IDXFileTests {
  private let fixtures = "\(Samples.repository)/Tests/Fixtures/Images"

  private func read(_ bytes: [UInt8]) throws -> Tensor { try IDXFile.read(ByteSource(bytes)) }

  @Test func plainAndPackedFilesAreTheSame() throws {
    let plain = try TestFiles.bytes("\(fixtures)/digits.idx")
    let tensor = try read(plain)
    #expect(tensor.dataType == .uint8 && tensor.shape.dimensions == [3, 4, 5])
    #expect(try tensor.loadBytes() == Array(plain[16...]))
    let packed = try IDXFile.read(ByteSource(file: "\(fixtures)/digits.idx.gz"))
    #expect(packed.shape == tensor.shape)
    #expect(try packed.loadBytes() == tensor.loadBytes())
  }

  @Test func everyTypeIsBigEndian() throws {
    let cases: [(UInt8, [UInt8], DataType, Double)] = [
      (0x08, [200], .uint8, 200), (0x09, [200], .int8, -56), (0x0b, [0xff, 0xfe], .int16, -2),
      (0x0c, [0, 1, 0, 2], .int32, 65538), (0x0d, [0xc0, 0x20, 0, 0], .float32, -2.5),
      (0x0e, [0x40, 0x09, 0, 0, 0, 0, 0, 0], .float64, 3.125),
    ]
    for (code, element, type, value) in cases {
      let tensor = try read([0, 0, code, 1, 0, 0, 0, 2] + element + element)
      #expect(tensor.dataType == type && tensor.shape.dimensions == [2])
      let numbers =
        type == .float32 || type == .float64
        ? try tensor.doubles() : try tensor.int64s().map { Double($0) }
      #expect(numbers == [value, value])
    }
  }

  @Test func everyTruncationAndEveryLongerFileIsRefused() throws {
    let bytes = try TestFiles.bytes("\(fixtures)/digits.idx")
    for count in 0..<bytes.count {
      #expect(throws: FormatError.self) { try read(Array(bytes[..<count])) }
    }
    #expect(throws: FormatError.self) { try read(bytes + [0]) }
    let packed = try TestFiles.bytes("\(fixtures)/digits.idx.gz")
    for count in 0..<packed.count {
      #expect(throws: FormatError.self) { try read(Array(packed[..<count])) }
    }
    #expect(throws: FormatError.self) { try read(packed + [0]) }
  }

  @Test func flippedBitsAreRefusedOrGiveAnArray() throws {
    for name in ["digits.idx", "digits.idx.gz"] {
      let bytes = try TestFiles.bytes("\(fixtures)/\(name)")
      for place in bytes.indices {
        for bit in 0..<8 {
          var damaged = bytes
          damaged[place] ^= 1 << UInt8(bit)
          do {
            let tensor = try read(damaged)
            #expect(tensor.shape.elementCount <= 60)
          } catch is FormatError {
          }
        }
      }
    }
  }

  @Test func hugeExtentsAreRefused() throws {
    let most: [UInt8] = [0xff, 0xff, 0xff, 0xff]
    for rank in [1, 2, 3, 8, 255] {
      var header: [UInt8] = [0, 0, 8, UInt8(rank)]
      for _ in 0..<rank { header += most }
      #expect(throws: FormatError.self) { try read(header) }
    }
  }

  @Test func errorsSayFileAndByte() throws {
    let error = #expect(throws: FormatError.self) { try read([0, 0, 8, 1, 0, 0, 0, 9, 1]) }
    #expect(error?.location.position == .byte(8))
    #expect(error?.description.contains("9 more bytes are announced, 1 are there") == true)
  }

  @Test func packedFilesMayNotGrowWithoutBounds() throws {
    // A little more than 64 MiB of zeros: gzip's header, deflate's data.
    let deflater = try Deflater()
    var packed: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]
    let zeros = [UInt8](repeating: 0, count: 1 << 20)
    for _ in 0..<65 { try deflater.add(zeros) { packed += $0 } }
    try deflater.finish { packed += $0 }
    let error = #expect(throws: FormatError.self) { try read(packed) }
    guard case .limitExceeded(.expandedBytes, _, let allowed)? = error?.problem else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(allowed == 64 << 20)
  }
}
