import ByteStore

@testable import NumPyFormat

/// Builds zip archives byte by byte, with any field changed, to see what the reader makes of them.
struct ArchiveBuilder {
  struct Member {
    var name = "x.npy"
    var flags: UInt16 = 0
    var method: UInt16 = 0
    var checksum: UInt32?
    var data: [UInt8] = HostileNPYTests.file(
      HostileNPYTests.header("<f4", "(1,)"), data: [0, 0, 0x80, 0x3f])
    /// Fields of the headers where they differ from the truth.
    var packed: UInt32?
    var unpacked: UInt32?
    var offset: UInt32?
    var localName: String?
    var localMethod: UInt16?
    var localChecksum: UInt32?
    var localSignature: UInt32 = 0x0403_4b50
    var disk: UInt16 = 0
    /// Bytes after the data, such as a data descriptor.
    var trailer: [UInt8] = []
  }

  var members: [Member]
  var entries: UInt16?
  var directorySize: UInt32?
  var directoryOffset: UInt32?
  var disk: UInt16 = 0
  var comment: [UInt8] = []
  /// Bytes between the directory and the end record.
  var gap: [UInt8] = []

  init(_ members: [Member]) { self.members = members }

  func bytes() -> [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for member in members {
      var sum = Checksum()
      sum.add(member.data)
      let checksum = member.checksum ?? sum.value
      let size = UInt32(member.data.count)
      let start = UInt32(file.count)
      let name = Array(member.name.utf8)
      let local = Array((member.localName ?? member.name).utf8)
      file += Self.little(member.localSignature) + Self.little(UInt16(20))
      file += Self.little(member.flags) + Self.little(member.localMethod ?? member.method)
      file += [0, 0, 0x21, 0] + Self.little(member.localChecksum ?? checksum)
      file += Self.little(size) + Self.little(size)
      file += Self.little(UInt16(local.count)) + [0, 0] + local + member.data + member.trailer
      directory += Self.little(0x0201_4b50 as UInt32) + [20, 0, 20, 0]
      directory += Self.little(member.flags) + Self.little(member.method) + [0, 0, 0x21, 0]
      directory += Self.little(checksum) + Self.little(member.packed ?? size)
      directory += Self.little(member.unpacked ?? size) + Self.little(UInt16(name.count))
      directory += [0, 0, 0, 0] + Self.little(member.disk) + [0, 0, 0, 0, 0, 0]
      directory += Self.little(member.offset ?? start) + name
    }
    let start = UInt32(file.count)
    let count = entries ?? UInt16(members.count)
    file += directory + gap + Self.little(0x0605_4b50 as UInt32)
    file += Self.little(disk) + Self.little(disk) + Self.little(count) + Self.little(count)
    file += Self.little(directorySize ?? UInt32(directory.count))
    file += Self.little(directoryOffset ?? start) + Self.little(UInt16(comment.count)) + comment
    return file
  }

  static func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    stride(from: 0, to: Number.bitWidth, by: 8).map {
      UInt8(truncatingIfNeeded: number >> Number($0))
    }
  }
}
