import TestSupport
import Testing

@testable import ByteStore

/// Files that belong together appear together.
struct OutputFilesTests {
  @Test func modelAndDataTogether() throws {
    let folder = try ScratchFolder()
    try folder.write([0], to: "m.onnx")
    let files = try OutputFiles(model: folder.path("m.onnx"))
    let data = try files.addData(named: "m.data")
    try files.model.write([1])
    try data.write([2, 2])
    #expect(files.count == 3)
    try files.finish(sync: true)
    #expect(folder.read("m.onnx") == [0])
    let temporary = try #require(files.temporaryDataPaths["m.data"])
    #expect(try ByteSource(file: temporary).bytes(0..<2) == [2, 2])
    try files.commit()
    #expect(try folder.names() == ["m.data", "m.onnx"])
    #expect(folder.read("m.onnx") == [1])
    #expect(folder.read("m.data") == [2, 2])
  }

  @Test func nothingStaysOfAFailure() throws {
    let folder = try ScratchFolder()
    try folder.write([0], to: "m.onnx")
    do {
      let files = try OutputFiles(model: folder.path("m.onnx"))
      try files.addData(named: "m.data").write([2, 2])
    }
    #expect(try folder.names() == ["m.onnx"])
    // The model's place is taken by a folder just before the rename.
    let files = try OutputFiles(model: folder.path("new.onnx"))
    _ = try files.addData(named: "new.data")
    try files.finish(sync: false)
    try folder.write([1], to: "new.onnx/file")
    #expect(throws: FileAccessError.self) { try files.commit() }
    #expect(try folder.names() == ["m.onnx", "new.onnx"])
    #expect(folder.read("m.onnx") == [0])
  }

  @Test func dataStandsBesideTheFileThatALinkNames() throws {
    let folder = try ScratchFolder()
    try folder.write([0], to: "store/blob")
    try folder.link("m.onnx", to: "store/blob")
    let files = try OutputFiles(model: folder.path("m.onnx"))
    try files.addData(named: "m.data").write([5])
    try files.finish(sync: false)
    try files.commit()
    #expect(folder.read("store/m.data") == [5])
    // And is found there through the link.
    let source = try ContainedPath("m.data").open(beside: folder.path("m.onnx"))
    #expect(try source.bytes(0..<1) == [5])
  }

  @Test(arguments: ["../x", "/x", "a/b", "", "m.onnx", "./m.onnx", "taken", "a\\b"])
  func badNames(name: String) throws {
    let folder = try ScratchFolder()
    let files = try OutputFiles(model: folder.path("m.onnx"))
    _ = try files.addData(named: "taken")
    #expect(throws: FileAccessError.self) { _ = try files.addData(named: name) }
  }
}
