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

/// "-" is a model like any other.
struct StandardStreamsTests {
  private func pipeHolding(_ bytes: [UInt8]) throws -> Descriptor {
    var ends: [Int32] = [0, 0]
    try #require(unsafe pipe(&ends) == 0)
    var writer = DescriptorWriter(ends[1], path: "pipe")
    try unsafe bytes.withUnsafeBytes { try unsafe writer.write($0) }
    try writer.flush()
    close(ends[1])
    return Descriptor(ends[0])
  }

  @Test(arguments: [0, 1, 999, 1000, 1001, 50_000]) func pipeIsReadWhole(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    let pipe = try pipeHolding(bytes)
    let source = try StandardStreams.read(pipe.number, memoryLimit: 1000)
    #expect(source.path == "<stdin>")
    #expect(try source.bytes(0..<source.count) == bytes)
    // More than the limit does not stay in memory.
    #expect((source.memory == nil) == (count > 1000))
  }

  @Test func redirectedFileIsReadWhereItIs() throws {
    let folder = try ScratchFolder()
    let path = try folder.write([1, 2, 3], to: "f")
    let file = Descriptor(unsafe open(path, O_RDONLY))
    let source = try StandardStreams.read(file.number, memoryLimit: 1000)
    #expect(source.memory == nil)
    #expect(try source.bytes(0..<3) == [1, 2, 3])
  }

  @Test func folderAsInput() throws {
    let folder = try ScratchFolder()
    let file = Descriptor(unsafe open(folder.path, O_RDONLY))
    #expect(throws: FileAccessError.self) {
      _ = try StandardStreams.read(file.number, memoryLimit: 1000)
    }
  }

  /// In a process of its own, whose standard output is a file.
  @Test func modelToStandardOutput() async throws {
    let folder = try ScratchFolder()
    let scratch = folder.path
    await #expect(processExitsWith: .success) { [scratch = scratch as String] in
      unsafe setenv("TMPDIR", scratch, 1)
      let out = unsafe open(scratch + "/out", O_CREAT | O_WRONLY, 0o600)
      let original = dup(STDOUT_FILENO)
      dup2(out, STDOUT_FILENO)
      let files = try OutputFiles(model: "-")
      guard (try? files.addData(named: "w.bin")) == nil else { exit(2) }
      try files.model.write([UInt8](repeating: 3, count: 300_000))
      try files.finish(sync: true)
      guard try ByteSource(file: files.model.temporaryPath).count == 300_000 else { exit(3) }
      try files.commit()
      dup2(original, STDOUT_FILENO)
    }
    #expect(try folder.names() == ["out"])
    let isWhole = folder.read("out") == [UInt8](repeating: 3, count: 300_000)
    #expect(isWhole)
  }
}
