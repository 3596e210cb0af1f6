import ByteStore
import ModelFormats
import TestSupport
import Testing

@testable import ONNXFormat

@Suite("ONNX writer: edits of one message")
struct MessageEditTests {
  /// Fields 1, 5, 1, 9, with one byte of content each.
  private func edit() throws -> MessageEdit {
    try MessageEdit(packed: [0x0a, 1, 65, 0x2a, 1, 66, 0x0a, 1, 67, 0x4a, 1, 68])
  }

  private func bytes(_ rope: Rope) throws -> [UInt8] {
    let folder = try ScratchFolder()
    let file = try AtomicFile(replacing: folder.path("rope"))
    for segment in rope.segments {
      switch segment {
      case .source(let source, let range): try file.copy(from: source, range)
      case .bytes(let bytes): try file.write(bytes)
      case .elements: Issue.record("no tensor is expected")
      }
    }
    try file.commit()
    return try TestFiles.bytes(folder.path("rope"))
  }

  @Test func nothingChangedIsOnePart() throws {
    let edit = try edit()
    #expect(edit.rope.isExactly(edit.source, 0..<12))
  }

  @Test func theSameContentIsNoChange() throws {
    var edit = try edit()
    edit.replace(1, content: Rope(edit.source, 5..<6))
    #expect(edit.rope.isExactly(edit.source, 0..<12))
    edit.replace(1, content: Rope([66]))
    #expect(edit.rope.segments.count == 3)
    #expect(try bytes(edit.rope) == [0x0a, 1, 65, 0x2a, 1, 66, 0x0a, 1, 67, 0x4a, 1, 68])
  }

  /// After the last record of the field, or before the first of a higher number, or at the end.
  @Test(arguments: [(1, 9), (5, 6), (3, 3), (7, 9), (9, 12), (10, 12)])
  func placeOfANewRecord(_ field: Int, _ offset: Int) throws {
    var edit = try edit()
    edit.add(field: field, content: Rope([90]))
    var expected: [UInt8] = [0x0a, 1, 65, 0x2a, 1, 66, 0x0a, 1, 67, 0x4a, 1, 68]
    expected.insert(contentsOf: [UInt8(field << 3 | 2), 1, 90], at: offset)
    #expect(try bytes(edit.rope) == expected)
  }

  @Test func newRecordsOfOnePlaceAreInOrder() throws {
    var edit = try edit()
    edit.add(field: 8, content: Rope([1]))
    edit.add(field: 6, content: Rope([2]))
    edit.add(field: 8, content: Rope([3]))
    #expect(
      try bytes(edit.rope)
        == [
          0x0a, 1, 65, 0x2a, 1, 66, 0x0a, 1, 67, 0x32, 1, 2, 0x42, 1, 1, 0x42, 1, 3, 0x4a, 1, 68,
        ].map { UInt8($0) })
  }

  @Test func lists() throws {
    var edit = try edit()
    edit.setList(1, [nil, Rope([0x0a, 1, 70]), Rope([0x0a, 1, 71])])
    #expect(
      try bytes(edit.rope)
        == [
          0x0a, 1, 65, 0x2a, 1, 66, 0x0a, 1, 70, 0x0a, 1, 71, 0x4a, 1, 68,
        ].map { UInt8($0) })
    edit = try self.edit()
    edit.setList(1, [Rope([0x0a, 1, 70])])
    #expect(
      try bytes(edit.rope) == [0x0a, 1, 70, 0x2a, 1, 66, 0x4a, 1, 68].map { UInt8($0) })
  }
}
