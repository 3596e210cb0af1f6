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

/// What may stand in an output's place.
struct AtomicFileTargetTests {
  private func problem(_ path: String) -> FileAccessError.Problem? {
    do {
      try AtomicFile(replacing: path).discard()
      return nil
    } catch {
      #expect(error.operation == "create")
      #expect(error.path == path)
      return error.problem
    }
  }

  @Test func badTargets() throws {
    let folder = try ScratchFolder()
    try folder.write([0], to: "folder/file")
    try folder.link("nowhere", to: "missing")
    try folder.link("loop", to: "loop")
    try folder.link("toFolder", to: "folder")
    #expect(unsafe mkfifo(folder.path("fifo"), 0o600) == 0)
    #expect(problem("") == .system(errno: EINVAL))
    #expect(problem("a\0b") == .system(errno: EINVAL))
    #expect(problem(folder.path("missing/m.onnx")) == .system(errno: ENOENT))
    #expect(problem(folder.path("folder/file/m.onnx")) == .system(errno: ENOTDIR))
    #expect(problem(folder.path("new/")) == .system(errno: EISDIR))
    for name in ["folder", "folder/", "fifo", "toFolder"] {
      #expect(problem(folder.path(name)) == .notARegularFile, "\(name)")
    }
    #expect(problem(folder.path("nowhere")) == .system(errno: ENOENT))
    #expect(problem(folder.path("loop")) == .system(errno: ELOOP))
    #expect(problem("/dev/null") == .notARegularFile)
    #expect(problem("/dev/full") == .notARegularFile)
    // A file system that takes no new files, even from root.
    #expect(problem("/proc/m.onnx") != nil)
    #expect(
      try folder.names() == ["fifo", "folder", "loop", "nowhere", "toFolder"])
  }

  @Test func linkStaysAndItsFileIsReplaced() throws {
    let folder = try ScratchFolder()
    try folder.write([0], to: "store/blob")
    try folder.link("m.onnx", to: "store/blob")
    let file = try AtomicFile(replacing: folder.path("m.onnx"))
    #expect(file.temporaryPath.hasPrefix(folder.path("store/.blob.bnfold-")))
    try file.write([1, 2])
    try file.commit()
    #expect(folder.read("store/blob") == [1, 2])
    var info = stat()
    #expect(unsafe lstat(folder.path("m.onnx"), &info) == 0)
    #expect(info.st_mode & S_IFMT == S_IFLNK)
  }

  @Test func linkFromAFileIsNotFollowed() throws {
    let folder = try ScratchFolder()
    try folder.write([0], to: "elsewhere/precious")
    try folder.link("data.bin", to: "elsewhere/precious")
    let file = try AtomicFile(replacing: folder.path("data.bin"), links: .replaceLink)
    try file.write([1])
    try file.commit()
    #expect(folder.read("elsewhere/precious") == [0])
    var info = stat()
    #expect(unsafe lstat(folder.path("data.bin"), &info) == 0)
    #expect(info.st_mode & S_IFMT == S_IFREG)
  }
}
