import ByteStore
import ModelFormats
import TestSupport
import Testing

@testable import ImageFormat

// Expected pixels: Tests/Recipes/image_cases.py.
@Suite struct ImageFileTests {
  private static let files = [
    "rgb.png", "rgba.png", "gray.png", "gray16.png", "palette.png", "colour.jpg",
    "progressive.jpg", "gray.jpg",
  ]

  private func bytes(_ name: String) throws -> [UInt8] {
    try TestFiles.bytes("\(Samples.repository)/Tests/Fixtures/Images/\(name)")
  }

  private func read(_ bytes: [UInt8], gray: Bool = false) throws -> DecodedImage {
    try ImageFile.read(ByteSource(bytes), gray: gray)
  }

  @Test(arguments: files)
  func pixels(_ name: String) throws {
    let expected = try RecordedPixels.all()
    let image = try read(bytes(name))
    #expect(image.width == 16 && image.height == 12 && image.channels == 3)
    #expect(image.bytes == expected[name])
    if let gray = expected["\(name).gray"] {
      #expect(try read(bytes(name), gray: true).bytes == gray)
    }
  }

  @Test(arguments: files)
  func everyTruncationIsRefused(_ name: String) throws {
    let bytes = try bytes(name)
    // A JPEG's end marker says nothing that the pixels need.
    let end = name.hasSuffix(".jpg") ? bytes.count - 2 : bytes.count
    for count in 0..<end {
      #expect(throws: FormatError.self, "\(count)") { try read(Array(bytes[..<count])) }
    }
  }

  @Test(arguments: files)
  func flippedBitsAreRefusedOrGiveAnImage(_ name: String) throws {
    let bytes = try bytes(name)
    var random = SplitMix64(seed: 11)
    for _ in 0..<400 {
      var damaged = bytes
      damaged[Int.random(in: 0..<bytes.count, using: &random)] ^=
        1
        << UInt8.random(in: 0..<8, using: &random)
      do {
        let image = try read(damaged)
        #expect(image.bytes.count == image.width * image.height * 3)
      } catch is FormatError {
      }
    }
  }

  @Test func aFewBytesCannotAskForMuch() throws {
    // A PNG header of 2³¹ − 1 squared, with the right checksum.
    var header =
      Array("IHDR".utf8) + [0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 8, 2, 0, 0, 0]
    var checksum = Checksum()
    checksum.add(header)
    header += (0..<4).map { UInt8(truncatingIfNeeded: checksum.value >> UInt32(24 - 8 * $0)) }
    let png = #expect(throws: FormatError.self) {
      try read(PNGChunks.signature + [0, 0, 0, 13] + header)
    }
    guard case .limitExceeded(.pixels, _, ImageFile.mostPixels)? = png?.problem else {
      Issue.record("\(String(describing: png))")
      return
    }
    // A JPEG frame of 65535 squared.
    var jpeg = try bytes("colour.jpg")
    let frame = try #require(jpeg.indices.first { jpeg[$0...].starts(with: [0xff, 0xc0]) })
    for place in 5..<9 { jpeg[frame + place] = 0xff }
    let error = #expect(throws: FormatError.self) { try read(jpeg) }
    guard case .limitExceeded(.pixels, _, _)? = error?.problem else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func errorsSayFileAndByte() throws {
    var png = try bytes("rgb.png")
    // The first byte of IDAT's data: IHDR takes 25 bytes behind the signature's 8.
    png[41] ^= 0x10
    let error = #expect(throws: FormatError.self) { try read(png) }
    #expect(error?.location.position == .byte(33))
    #expect(error?.description.contains("checksum") == true)
    let other = #expect(throws: FormatError.self) { try read(Array("GIF89a".utf8)) }
    #expect(other?.description.contains("neither a PNG nor a JPEG") == true)
    #expect(throws: FormatError.self) { try read([]) }
  }
}
