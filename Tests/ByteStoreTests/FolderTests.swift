import TestSupport
import Testing

@testable import ByteStore

/// Folders are gone through once, in an order that does not change.
struct FolderTests {
  @Test func filesBelowAFolder() throws {
    let folder = try ScratchFolder()
    for name in ["b.onnx", "a/c.onnx", "a/d/e.onnx", "a/f.txt", ".hidden/g.onnx", ".h.onnx"] {
      try folder.write([1], to: "in/\(name)")
    }
    try folder.link("in/link.onnx", to: folder.path("in/b.onnx"))
    try folder.link("in/a/loop", to: folder.path("in"))
    try folder.link("in/dangling.onnx", to: "nowhere")
    let files = try FolderTree.files(below: folder.path("in")) { $0.hasSuffix(".onnx") }
    #expect(files == ["a/c.onnx", "a/d/e.onnx", "b.onnx", "link.onnx"])
    #expect(FolderTree.isFolder(folder.path("in/a")))
    #expect(!FolderTree.isFolder(folder.path("in/b.onnx")))
    #expect(!FolderTree.isFolder(folder.path("none")))
    #expect(throws: FileAccessError.self) {
      try FolderTree.files(below: folder.path("none")) { _ in true }
    }
  }

  @Test func foldersAreMade() throws {
    let folder = try ScratchFolder()
    for _ in 0..<2 {
      try FolderTree.make(folder.path("a/b/c"))
      #expect(FolderTree.isFolder(folder.path("a/b/c")))
    }
    try folder.write([1], to: "file")
    let error = #expect(throws: FileAccessError.self) {
      try FolderTree.make(folder.path("file/x"))
    }
    #expect(error?.operation == "create")
    #expect(throws: FileAccessError.self) { try FolderTree.make(folder.path("file")) }
    #expect(FolderTree.folder(of: "a/b.onnx") == "a")
    #expect(FolderTree.folder(of: "b.onnx") == ".")
  }

  @Test func factsTellFilesApart() throws {
    let folder = try ScratchFolder()
    try folder.write([1, 2, 3], to: "x")
    let facts = try #require(FileFacts(folder.path("x")))
    #expect(facts.count == 3)
    #expect(facts.modified > 1_600_000_000_000_000_000)
    #expect(FileFacts(folder.path("x")) == facts)
    #expect(FileFacts(folder.path("y")) == nil)
    #expect(FileFacts(folder.path) == nil)
  }

  @Test func linesAreAppended() throws {
    let folder = try ScratchFolder()
    // A crash cut the last line off.
    try folder.write(Array("one\ntw".utf8), to: "log")
    try LineLog(folder.path("log")).append("three")
    let log = try LineLog(folder.path("log"))
    try log.append("four")
    #expect(folder.read("log") == Array("one\ntw\nthree\nfour\n".utf8))
    try LineLog(folder.path("new")).append("x")
    #expect(folder.read("new") == Array("x\n".utf8))
    #expect(throws: FileAccessError.self) { try LineLog(folder.path("no/log")) }
  }
}
