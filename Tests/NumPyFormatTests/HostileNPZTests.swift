import ByteStore
import ModelFormats
import ModelIR
import TestSupport
import Testing

@testable import NumPyFormat

/// Archives that lie are refused, by the fact they lie about.
struct HostileNPZTests {
  typealias Member = ArchiveBuilder.Member

  private func problem(
    _ bytes: [UInt8], _ options: NumPyReadOptions = NumPyReadOptions()
  ) -> FormatError.Problem? {
    do {
      _ = try NPZArchive(ByteSource(bytes, path: "x.npz"), options: options).tensors()
      return nil
    } catch let error as FormatError {
      #expect(error.location.file == "x.npz")
      return error.problem
    } catch {
      Issue.record("\(error)")
      return nil
    }
  }

  private func problem(_ members: [Member], _ change: (inout ArchiveBuilder) -> Void = { _ in })
    -> FormatError.Problem?
  {
    var builder = ArchiveBuilder(members)
    change(&builder)
    return problem(builder.bytes())
  }

  private func isMalformed(_ problem: FormatError.Problem?) -> Bool {
    if case .malformed = problem { true } else { false }
  }

  private func isInconsistent(_ problem: FormatError.Problem?) -> Bool {
    if case .inconsistent = problem { true } else { false }
  }

  private func isUnsupported(_ problem: FormatError.Problem?) -> Bool {
    if case .unsupported = problem { true } else { false }
  }

  @Test func honestOnes() throws {
    #expect(problem([Member()]) == nil)
    #expect(problem([Member()]) { $0.comment = Array("a comment".utf8) } == nil)
    // An end record inside a comment is not the end of the archive.
    #expect(problem([Member()]) { $0.comment = ArchiveBuilder([]).bytes() + [1] } == nil)
    // A data descriptor behind the data; the local header then knows no checksum.
    let streamed = Member(flags: 8, localChecksum: 0, trailer: [UInt8](repeating: 1, count: 16))
    #expect(problem([streamed, Member(name: "y.npy")]) == nil)
    let source = ByteSource(
      ArchiveBuilder([Member(), Member(name: "notes.txt", data: [1]), Member(name: "folder/")])
        .bytes())
    let archive = try NPZArchive(source)
    #expect(archive.names == ["x"])
    #expect(archive.otherMembers == ["notes.txt", "folder/"])
    #expect(try archive.tensor(named: "x")?.floats() == [1])
  }

  @Test func endRecords() {
    let bytes = ArchiveBuilder([Member()]).bytes()
    #expect(problem(Array(bytes.dropLast(22))) != nil)
    #expect(problem(bytes + [0]) != nil)
    #expect(isInconsistent(problem([Member()]) { $0.gap = [0] }))
    #expect(isInconsistent(problem([Member()]) { $0.directoryOffset = 0 }))
    #expect(isInconsistent(problem([Member()]) { $0.directoryOffset = .max }))
    #expect(isInconsistent(problem([Member()]) { $0.directorySize = .max }))
    #expect(isInconsistent(problem([Member()]) { $0.entries = 2 }))
    #expect(isInconsistent(problem([Member(), Member(name: "y.npy")]) { $0.entries = 1 }))
    #expect(isUnsupported(problem([Member()]) { $0.disk = 1 }))
    #expect(isMalformed(problem([Member(disk: 1)])))
  }

  @Test func encryption() {
    for flags: UInt16 in [1, 0x40, 0x2000, 9] {
      #expect(isUnsupported(problem([Member(flags: flags)])))
    }
  }

  @Test(arguments: [1, 9, 12, 14, 93, 99] as [UInt16]) func methods(number: UInt16) {
    #expect(isUnsupported(problem([Member(method: number)])))
  }

  @Test(arguments: ["../x.npy", "a/../../x.npy", "a/..", "..", "a\\b.npy", "a\0.npy", ""])
  func names(name: String) {
    #expect(isMalformed(problem([Member(name: name)])))
  }

  @Test func nameThatIsNoUTF8() {
    var bytes = ArchiveBuilder([Member(name: "ab.npy")]).bytes()
    for index in bytes.indices where bytes[index...].starts(with: Array("ab.npy".utf8)) {
      bytes[index] = 0xff
    }
    #expect(isMalformed(problem(bytes)))
  }

  @Test func duplicatesAndOverlaps() {
    #expect(isInconsistent(problem([Member(), Member()])))
    // A member inside another one's data, both whole and with the right checksums.
    let inner = Array(
      ArchiveBuilder([Member(name: "y.npy")]).bytes()[..<(35 + Member().data.count)])
    let header = HostileNPYTests.header("|u1", "(\(inner.count),)")
    let outer = Member(data: HostileNPYTests.file(header, data: inner))
    #expect(problem([outer, Member(name: "y.npy")]) == nil)
    let place = UInt32(35 + outer.data.count - inner.count)
    #expect(isInconsistent(problem([outer, Member(name: "y.npy", offset: place)])))
    // One that reaches into the next, and one that reaches into the directory.
    let size = UInt32(Member().data.count + 20)
    let long = Member(packed: size, unpacked: size)
    #expect(isInconsistent(problem([long, Member(name: "y.npy")])))
    #expect(isInconsistent(problem([long])))
  }

  @Test func headersThatDisagree() {
    #expect(isInconsistent(problem([Member(localName: "y.npy")])))
    #expect(isInconsistent(problem([Member(localName: "xx.npy")])))
    #expect(isInconsistent(problem([Member(localMethod: 8)])))
    #expect(isInconsistent(problem([Member(localChecksum: 1)])))
    #expect(isMalformed(problem([Member(localSignature: 0)])))
    #expect(isMalformed(problem([Member(offset: 0xffff_fff0)])))
    #expect(isMalformed(problem([Member(packed: 5)])))
    // zip64 announced, and no field that says it.
    #expect(problem([Member(offset: 0xffff_ffff)]) != nil)
    #expect(problem([Member(packed: 0xffff_ffff, unpacked: 0xffff_ffff)]) != nil)
  }

  @Test func checksums() throws {
    #expect(isInconsistent(problem([Member(checksum: 1)])))
    var bytes = try Fixture.bytes("packed.npz")
    // The last byte before the directory belongs to the last member's packed data.
    let directory = try ZipEnd.find(in: ByteSource(bytes)).directory.lowerBound
    bytes[directory - 1] ^= 1
    #expect(problem(bytes) != nil)
  }

  @Test func bombs() throws {
    let zeros = try #require(
      Tensor([Float](repeating: 0, count: 1 << 20), shape: .vector(1 << 20)))
    let folder = try ScratchFolder()
    let file = try AtomicFile(replacing: folder.path("bomb.npz"))
    var writer = NPZWriter(to: file, compression: .deflated)
    for index in 0..<20 { try writer.add("\(index)", zeros) }
    try writer.finish()
    try file.commit()
    let source = try ByteSource(file: folder.path("bomb.npz"))
    // 80 MiB of zeros in 80 KB.
    #expect(throws: FormatError.self) { _ = try NPZArchive(source) }
    var options = NumPyReadOptions()
    options.limits.expandedBytes = 4 << 20
    let small = try Fixture.bytes("packed.npz")
    #expect(problem(small, options) == nil)
    options.limits.expandedBytes = 10_000
    guard case .limitExceeded(.expandedBytes, _, allowed: 10_000) = problem(small, options) else {
      Issue.record("unpacks to 19,000 bytes, 10,000 were allowed")
      return
    }
    // More than deflate can do is a lie, found before memory is taken.
    #expect(isInconsistent(problem([Member(method: 8, unpacked: 0xffff_fffe)])))
  }

  @Test func packedDataThatIsNone() {
    let size = UInt32(Member().data.count)
    #expect(isMalformed(problem([Member(method: 8, data: [0xff, 0xff, 0xff], unpacked: size)])))
    // A stored block of 5 bytes, with fewer and with more announced, something behind it, or
    // nothing there; the checksum is that of the bytes announced.
    let block: [UInt8] = [1, 5, 0, 0xfa, 0xff, 1, 2, 3, 4, 5]
    let cases: [([UInt8], Int)] = [
      (block, 4), (block, 6), (block + [0], 5), (Array(block.dropLast()), 5),
    ]
    for (data, unpacked) in cases {
      var sum = Checksum()
      sum.add((1...UInt8(unpacked)).map { $0 })
      let member = Member(
        method: 8, checksum: sum.value, data: data, unpacked: UInt32(unpacked))
      guard case .malformed(field: "packed data", _) = problem([member]) else {
        Issue.record("\(data.count) bytes, \(unpacked) announced")
        continue
      }
    }
  }

  @Test(arguments: ["types.npz", "packed.npz", "names.npz"])
  func truncatedAtEveryByte(file: String) throws {
    let bytes = try Fixture.bytes(file)
    for count in 0..<bytes.count {
      #expect(problem(Array(bytes[..<count])) != nil, "cut to \(count) bytes")
    }
    #expect(problem(bytes) == nil)
  }

  @Test(arguments: ["types.npz", "packed.npz", "names.npz"])
  func flippedBits(file: String) throws {
    let bytes = try Fixture.bytes(file)
    for position in 0..<bytes.count {
      var damaged = bytes
      damaged[position] ^= 1 << (position % 8)
      do {
        for array in try NPZArchive(ByteSource(damaged)).tensors() {
          _ = try array.tensor.loadBytes()
        }
      } catch is FormatError {}
    }
  }
}
