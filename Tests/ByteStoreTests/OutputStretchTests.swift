import TestSupport
import Testing

@testable import ByteStore

/// Bytes that come in any pieces go to the file in whole windows, and each to its place.
struct OutputStretchTests {
  private static let window = OutputStretch.window

  /// What was written, where.
  private struct Writes {
    let calls: SystemCalls
    let ends: Recorder

    init() {
      let ends = Recorder()
      self.ends = ends
      calls = Faults.with { calls in
        unsafe calls.writeAt = { descriptor, bytes, offset in
          ends.note(offset..<(offset + bytes.count))
          return unsafe SystemCalls.system.writeAt(descriptor, bytes, offset)
        }
      }
    }
  }

  private func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 17 &+ $0 >> 8) }
  }

  /// A file with `head` bytes, and then what `body` appends to a stretch of `count` bytes.
  private func written(
    head: Int, count: Int, _ body: (inout OutputStretch) throws -> Void
  ) throws -> (bytes: [UInt8], writes: [Range<Int>]) {
    let folder = try ScratchFolder()
    let writes = Writes()
    let file = try AtomicFile(
      replacing: folder.path("out"), links: .replaceTarget, calls: writes.calls)
    try file.write([UInt8](repeating: 7, count: head))
    let writer = try file.positionalWriter(for: count, reserving: false)
    var stretch = OutputStretch(writer, at: writer.start, count: count)
    try body(&stretch)
    try stretch.finish()
    try file.finish(sync: false)
    try file.commit()
    let all = try #require(folder.read("out"))
    #expect(all.prefix(head).allSatisfy { $0 == 7 })
    return (Array(all.dropFirst(head)), writes.ends.ranges)
  }

  private func expectWindows(_ writes: [Range<Int>], from start: Int, to end: Int) {
    var offset = start
    for write in writes {
      #expect(write.lowerBound == offset)
      offset = write.upperBound
      #expect(offset == end || offset.isMultiple(of: Self.window))
    }
    #expect(offset == end)
  }

  @Test(arguments: [0, 1, 4095, 4096, window - 1, window, window + 5], [1, 999, 65_536, 700_001])
  func appendedBytes(head: Int, step: Int) throws {
    let count = step == 1 ? 5000 : 3 * Self.window + 11
    let all = bytes(count)
    let result = try written(head: head, count: count) { stretch in
      for start in stride(from: 0, to: count, by: step) {
        let piece = Array(all[start..<min(start + step, count)])
        try unsafe stretch.append(piece.span.bytes)
        #expect(stretch.missing == max(0, count - start - step))
      }
    }
    #expect(result.bytes == all)
    expectWindows(result.writes, from: head, to: head + count)
  }

  /// Units that a window's end divides, of every length, after every rest.
  @Test(arguments: [0, 1, 2, 3, 30, window - 3], [1, 2, 4, 8, 16, 64])
  func filledUnits(head: Int, unit: Int) throws {
    let count = (2 * Self.window + 4096) / unit * unit
    let all = bytes(count)
    var next = 0
    let result = try written(head: head, count: count + 3) { stretch in
      let first = Array(all[..<3])
      try unsafe stretch.append(first.span.bytes)
      try unsafe stretch.append(count: count, unit: unit) { part, room in
        #expect(part.lowerBound == next && room.count == part.count)
        #expect(part.count.isMultiple(of: unit) && !part.isEmpty)
        next = part.upperBound
        unsafe room.copyBytes(from: all[part])
      }
    }
    #expect(next == count)
    #expect(result.bytes == all[..<3] + all)
    expectWindows(result.writes, from: head, to: head + count + 3)
  }

  @Test(arguments: [false, true])
  func sources(isFile: Bool) throws {
    let folder = try ScratchFolder()
    let all = bytes(2 * Self.window + 77)
    try folder.write(all, to: "in")
    let source = isFile ? try ByteSource(file: folder.path("in")) : ByteSource(all)
    let result = try written(head: 5, count: all.count - 9) { stretch in
      try stretch.append(from: source, 9..<100)
      try stretch.append(from: source, 100..<100)
      try stretch.append(from: source, 100..<all.count)
    }
    #expect(result.bytes == Array(all[9...]))
    expectWindows(result.writes, from: 5, to: 5 + all.count - 9)
  }

  /// What has no place of its own never reaches the file: an error of `fill` ends it there.
  @Test func failures() throws {
    struct Refusal: Error {}
    let folder = try ScratchFolder()
    let source = ByteSource(bytes(10))
    for fill in [true, false] {
      let file = try AtomicFile(replacing: folder.path("out"))
      let part = OutputPart(count: 3 * Self.window) { output in
        guard fill else { return try output.append(from: source, 5..<11) }
        try unsafe output.append(count: 3 * Self.window, unit: 4) { part, _ in
          if part.lowerBound > 0 { throw Refusal() }
        }
      }
      if fill {
        #expect(throws: Refusal.self) { try file.write([part], threads: 2) }
      } else {
        #expect(throws: FileAccessError.self) { try file.write([part], threads: 2) }
      }
      file.discard()
      #expect(try folder.names() == [])
    }
  }
}
