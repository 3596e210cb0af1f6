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

/// Sources hand out what is there, and say so when it is not.
struct ByteSourceTests {
  private func problem(_ path: String) -> FileAccessError.Problem? {
    do {
      _ = try ByteSource(file: path)
      return nil
    } catch {
      return error.problem
    }
  }

  @Test func onlyRegularFiles() throws {
    let folder = try ScratchFolder()
    #expect(unsafe mkfifo(folder.path("fifo"), 0o600) == 0)
    #expect(problem(folder.path) == .notARegularFile)
    #expect(problem(folder.path("fifo")) == .notARegularFile)
    #expect(problem("/dev/null") == .notARegularFile)
    #expect(problem("/dev/zero") == .notARegularFile)
    #expect(problem(folder.path("missing")) == .system(errno: ENOENT))
    #expect(problem(folder.path("") + String(repeating: "x", count: 5000)) != nil)
  }

  @Test(arguments: ["with spaces", "größe ✓", "new\nline", "-dash"])
  func namesOfAnyKind(name: String) throws {
    let folder = try ScratchFolder()
    let path = try folder.write([1, 2, 3], to: name)
    #expect(try ByteSource(file: path).bytes(1..<3) == [2, 3])
  }

  @Test func everyWayOfReadingAgrees() throws {
    let folder = try ScratchFolder()
    let content = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let path = try folder.write(content, to: "f")
    for source in [ByteSource(content), try ByteSource(file: path)] {
      #expect(source.count == content.count)
      for range in [0..<0, 0..<1, 9_999..<10_000, 10_000..<10_000, 100..<9_000] {
        #expect(try source.bytes(range) == Array(content[range]))
        let lent = try source.withBytes(range) { span in
          unsafe span.withUnsafeBytes { unsafe Array($0) }
        }
        #expect(lent == Array(content[range]))
        var pieces: [UInt8] = []
        try source.forEachPiece(range, pieceSize: 777) { span, offset in
          #expect(offset == range.lowerBound + pieces.count)
          unsafe span.withUnsafeBytes { unsafe pieces.append(contentsOf: $0) }
        }
        #expect(pieces == Array(content[range]))
      }
      for range in [-1..<1, 9_999..<10_001, Int.min..<Int.max, 20_000..<20_000] {
        #expect(throws: FileAccessError.self) { _ = try source.bytes(range) }
        #expect(throws: FileAccessError.self) { try source.withBytes(range) { _ in } }
        #expect(throws: FileAccessError.self) { try source.forEachPiece(range) { _, _ in } }
      }
    }
  }

  @Test func emptyFile() throws {
    let folder = try ScratchFolder()
    let source = try ByteSource(file: folder.write([], to: "f"))
    #expect(source.count == 0)
    #expect(try source.bytes(0..<0) == [])
    try source.checkUnchanged()
  }

  @Test func shrinkingIsAnErrorNotASignal() throws {
    let folder = try ScratchFolder()
    let path = try folder.write([UInt8](repeating: 1, count: 100_000), to: "f")
    let source = try ByteSource(file: path)
    #expect(unsafe truncate(path, 50_000) == 0)
    #expect(
      throws: FileAccessError(
        operation: "read", path: path, problem: .changedWhileReading)
    ) { _ = try source.bytes(0..<100_000) }
    #expect(try source.bytes(0..<50_000).count == 50_000)
    #expect(throws: FileAccessError.self) { try source.checkUnchanged() }
  }

  @Test func growthAndRewritingAreNoticed() throws {
    let folder = try ScratchFolder()
    let path = try folder.write([1, 2, 3], to: "f")
    let source = try ByteSource(file: path)
    try source.checkUnchanged()
    #expect(unsafe truncate(path, 4) == 0)
    #expect(throws: FileAccessError.self) { try source.checkUnchanged() }
    let again = try ByteSource(file: path)
    try again.checkUnchanged()
    // Same length, another time.
    let times = [
      timespec(tv_sec: 1_000_000_000, tv_nsec: 5), timespec(tv_sec: 1_000_000_000, tv_nsec: 5),
    ]
    #expect(unsafe utimensat(AT_FDCWD, path, times, 0) == 0)
    #expect(throws: FileAccessError.self) { try again.checkUnchanged() }
  }

  @Test func sameFileUnderOtherNames() throws {
    let folder = try ScratchFolder()
    let path = try folder.write([1], to: "f")
    try folder.write([1], to: "copy")
    try folder.link("link", to: "f")
    let source = try ByteSource(file: path)
    #expect(source.isFile(at: folder.path("link")))
    #expect(source.isFile(at: folder.path("./f")))
    #expect(!source.isFile(at: folder.path("copy")))
    #expect(!source.isFile(at: folder.path("missing")))
    #expect(!ByteSource([1]).isFile(at: path))
  }
}
