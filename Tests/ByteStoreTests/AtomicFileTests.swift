import TestSupport
import Testing

@testable import ByteStore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// An output is there whole or not at all, and nothing else stays behind.
struct AtomicFileTests {
  static let old = Array("the old model".utf8)

  @Test func replacesOnCommitOnly() throws {
    let folder = try ScratchFolder()
    try folder.write(Self.old, to: "m.onnx")
    let file = try AtomicFile(replacing: folder.path("m.onnx"))
    try file.write([1, 2, 3])
    try file.write([])
    try file.finish(sync: true)
    #expect(folder.read("m.onnx") == Self.old)
    #expect(try ByteSource(file: file.temporaryPath).bytes(0..<3) == [1, 2, 3])
    try file.commit()
    #expect(folder.read("m.onnx") == [1, 2, 3])
    #expect(try folder.names() == ["m.onnx"])
    #expect(file.replacesExisting)
    #expect(file.count == 3)
  }

  @Test func temporaryNameTellsTargetAndProcess() throws {
    let folder = try ScratchFolder()
    let file = try AtomicFile(replacing: folder.path("m.onnx"))
    let name = try #require(try folder.names().first)
    #expect(name.hasPrefix(".m.onnx.bnfold-\(getpid())-"))
    #expect(name.hasSuffix(".tmp"))
    #expect(file.temporaryPath == folder.path(name))
  }

  @Test func withoutCommitNothingStays() throws {
    let folder = try ScratchFolder()
    try folder.write(Self.old, to: "m.onnx")
    do {
      let file = try AtomicFile(replacing: folder.path("m.onnx"))
      try file.write([1, 2, 3])
    }
    let finished = try AtomicFile(replacing: folder.path("m.onnx"))
    try finished.finish(sync: false)
    finished.discard()
    finished.discard()
    #expect(try folder.names() == ["m.onnx"])
    #expect(folder.read("m.onnx") == Self.old)
  }

  /// Pieces of all sizes around the buffer's, by every way in.
  @Test func contentIsWhatWasWritten() throws {
    let folder = try ScratchFolder()
    var generator = SplitMix64(seed: 1)
    let bytes = (0..<1_500_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let source = try ByteSource(file: folder.write(bytes, to: "in"))
    let memory = ByteSource(bytes)
    for calls in [SystemCalls.system, Faults.short(100_000)] {
      let file = try AtomicFile(
        replacing: folder.path("out"), links: .replaceTarget, calls: calls)
      var expected: [UInt8] = []
      for size in [0, 1, 65_535, 65_536, 200_000, 262_143, 262_144, 262_145, 1_000_000] {
        let range = 17..<(17 + size)
        try file.write(Array(bytes[range]))
        try file.copy(from: source, range)
        try file.copy(from: memory, range)
        for _ in 0..<3 { expected += bytes[range] }
      }
      #expect(file.count == expected.count)
      for (offset, patch) in [(0, [9, 9, 9]), (300_000, [7]), (expected.count - 2, [5, 6])] {
        let patch = patch.map(UInt8.init)
        try unsafe file.overwrite(patch.span.bytes, at: offset)
        expected.replaceSubrange(offset..<(offset + patch.count), with: patch)
      }
      try file.write([42])
      try file.finish(sync: false)
      try file.commit()
      let found = folder.read("out") == expected + [42]
      #expect(found)
    }
  }

  @Test func outputMayBeTheInput() throws {
    let folder = try ScratchFolder()
    let path = try folder.write(Self.old, to: "m.onnx")
    let source = try ByteSource(file: path)
    let file = try AtomicFile(replacing: path)
    try file.copy(from: source, 4..<source.count)
    try file.commit()
    #expect(folder.read("m.onnx") == Array(Self.old[4...]))
    #expect(try source.bytes(0..<source.count) == Self.old)
  }

  @Test func twoWritersOfOneTarget() throws {
    let folder = try ScratchFolder()
    let first = try AtomicFile(replacing: folder.path("m"))
    let second = try AtomicFile(replacing: folder.path("m"))
    try first.write([1])
    try second.write([2, 2])
    try first.finish(sync: false)
    try second.commit()
    #expect(folder.read("m") == [2, 2])
    // Opening a third does not take a living file for a dead one, finished or not.
    let third = try AtomicFile(replacing: folder.path("m"))
    try first.commit()
    #expect(folder.read("m") == [1])
    third.discard()
    #expect(try folder.names() == ["m"])
  }

  @Test func deadTemporariesOfTheSameTargetGo() throws {
    let folder = try ScratchFolder()
    try folder.write([0], to: ".m.bnfold-99999999-1.tmp")
    try folder.write([0], to: ".other.bnfold-99999999-1.tmp")
    try folder.write([0], to: ".m.bnfold-notes.tmp")
    try folder.write([0], to: ".m.bnfold-12-1.tmp.txt")
    try AtomicFile(replacing: folder.path("m")).discard()
    #expect(
      try folder.names() == [
        ".m.bnfold-12-1.tmp.txt", ".m.bnfold-notes.tmp", ".other.bnfold-99999999-1.tmp",
      ])
  }

  @Test func modeFollowsTheMask() throws {
    let folder = try ScratchFolder()
    let plain = unsafe open(folder.path("plain"), O_CREAT | O_WRONLY, 0o666)
    close(plain)
    try AtomicFile(replacing: folder.path("m")).commit()
    var expected = stat()
    var found = stat()
    #expect(unsafe stat(folder.path("plain"), &expected) == 0)
    #expect(unsafe stat(folder.path("m"), &found) == 0)
    #expect(found.st_mode == expected.st_mode)
  }

  @Test(arguments: ["å", "x"]) func longestNames(letter: String) throws {
    let folder = try ScratchFolder()
    let name = String(repeating: letter, count: 255 / letter.utf8.count)
    let file = try AtomicFile(replacing: folder.path(name))
    try file.write([1])
    try file.commit()
    #expect(try folder.names() == [name])
  }

  @Test func bareNamesStandInTheCurrentFolder() throws {
    let name = "bnfold-atomic-file-test-\(getpid())"
    let file = try AtomicFile(replacing: name)
    #expect(file.temporaryPath.hasPrefix(".\(name).bnfold-"))
    try file.commit()
    #expect(unsafe unlink(name) == 0)
  }
}
