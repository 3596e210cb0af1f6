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

/// External data is read from the model's own folder, or not at all.
struct ContainedPathTests {
  private func problem(
    _ location: String, _ model: String, allowing: [String] = []
  ) -> FileAccessError.Problem? {
    do {
      _ = try ContainedPath(location).open(beside: model, allowingLinksInto: allowing)
      return nil
    } catch {
      return error.problem
    }
  }

  private func escapes(_ problem: FileAccessError.Problem?) -> Bool {
    if case .escapes = problem { true } else { false }
  }

  @Test(arguments: [
    "", ".", "./", "/etc/passwd", "..", "../x", "a/../x", "a/../../x", "sub/..", "a//b", "a/",
    "//x", "C:x", "c:/x", "\\\\server\\x", "a\\..\\x", "w\0.bin", "*/_ORT_MEM_ADDR_/*",
  ])
  func badLocations(location: String) {
    #expect(throws: FileAccessError.self) { _ = try ContainedPath(location) }
  }

  @Test(arguments: [
    ("w.bin", ["w.bin"]), ("./w.bin", ["w.bin"]), ("a/./b", ["a", "b"]), ("..w", ["..w"]),
    ("a b/é\n", ["a b", "é\n"]), ("ab:1", ["ab:1"]), ("ab:", ["ab:"]),
  ])
  func goodLocations(location: String, components: [String]) throws {
    #expect(try ContainedPath(location).components == components)
  }

  @Test func plainFiles() throws {
    let folder = try ScratchFolder()
    let model = try folder.write([0], to: "m.onnx")
    try folder.write([1, 2], to: "w.bin")
    try folder.write([3], to: "deep/er/w.bin")
    #expect(try ContainedPath("w.bin").open(beside: model).bytes(0..<2) == [1, 2])
    #expect(try ContainedPath("deep/er/w.bin").open(beside: model).bytes(0..<1) == [3])
    #expect(problem("missing", model) == .system(errno: ENOENT))
    #expect(problem("w.bin/x", model) == .system(errno: ENOTDIR))
    #expect(problem("deep", model) == .notARegularFile)
    #expect(unsafe mkfifo(folder.path("fifo"), 0o600) == 0)
    #expect(problem("fifo", model) == .notARegularFile)
    #expect(escapes(problem("m.onnx", model)))
    #expect(problem("w.bin", folder.path("gone.onnx")) == .system(errno: ENOENT))
  }

  @Test func modelItselfUnderAnotherName() throws {
    let folder = try ScratchFolder()
    let model = try folder.write([0], to: "m.onnx")
    #expect(unsafe link(model, folder.path("hard")) == 0)
    #expect(escapes(problem("hard", model)))
  }

  @Test func hardLinksAreCounted() throws {
    let folder = try ScratchFolder()
    let model = try folder.write([0], to: "m.onnx")
    try folder.write([1], to: "w.bin")
    #expect(try ContainedPath("w.bin").open(beside: model).hardLinkCount == 1)
    #expect(unsafe link(folder.path("w.bin"), folder.path("other")) == 0)
    #expect(try ContainedPath("w.bin").open(beside: model).hardLinkCount == 2)
  }

  @Test func linksAreRefused() throws {
    let folder = try ScratchFolder()
    let model = try folder.write([0], to: "models/m.onnx")
    try folder.write([9], to: "secret")
    try folder.write([1], to: "models/w.bin")
    try folder.link("models/out.bin", to: "../secret")
    try folder.link("models/absolute.bin", to: folder.path("secret"))
    try folder.link("models/in.bin", to: "w.bin")
    try folder.link("models/loop.bin", to: "loop.bin")
    try folder.link("models/up", to: "..")
    for location in ["out.bin", "absolute.bin", "in.bin", "up/secret"] {
      #expect(escapes(problem(location, model)), "\(location)")
    }
    #expect(problem("loop.bin", model) == .system(errno: ELOOP))
  }

  @Test func linksIntoAllowedFolders() throws {
    let folder = try ScratchFolder()
    let model = try folder.write([0], to: "models/m.onnx")
    try folder.write([1], to: "store/a/w.bin")
    try folder.write([2], to: "store-not/w.bin")
    try folder.link("models/w.bin", to: "../store/a/w.bin")
    try folder.link("models/dir", to: "../store/a")
    try folder.link("models/not.bin", to: "../store-not/w.bin")
    try folder.link("alias", to: "store")
    for allowed in ["store", "store/a", "alias", "store/"] {
      let allowed = [folder.path(allowed)]
      #expect(problem("w.bin", model, allowing: allowed) == nil)
      #expect(problem("dir/w.bin", model, allowing: allowed) == nil)
      #expect(escapes(problem("not.bin", model, allowing: allowed)))
    }
    #expect(problem("w.bin", model, allowing: ["/"]) == nil)
    #expect(escapes(problem("w.bin", model)))
  }

  /// The cache of the Hugging Face hub: model and data are links into `blobs`.
  @Test func huggingFaceCache() throws {
    let folder = try ScratchFolder()
    try folder.write([0], to: "models--x/blobs/aaaa")
    try folder.write([7], to: "models--x/blobs/bbbb")
    try folder.write([9], to: "models--x/other/cccc")
    let snapshot = "models--x/snapshots/rev/onnx/"
    try folder.link(snapshot + "model.onnx", to: "../../../blobs/aaaa")
    try folder.link(snapshot + "model.onnx_data", to: "../../../blobs/bbbb")
    try folder.link(snapshot + "evil", to: "../../../other/cccc")
    let model = folder.path(snapshot + "model.onnx")
    let data = try ContainedPath("model.onnx_data").open(beside: model)
    #expect(try data.bytes(0..<1) == [7])
    #expect(escapes(problem("evil", model)))
    // A model that is no link itself has no such right.
    let plain = try folder.write([0], to: snapshot + "plain.onnx")
    #expect(escapes(problem("model.onnx_data", plain)))
  }

  @Test func modelNamedWithoutFolder() throws {
    // The folder is then the current one, which holds no such file.
    #expect(problem("no-such-data", "no-such-model") == .system(errno: ENOENT))
  }
}
