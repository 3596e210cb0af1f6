import ByteStore
import ModelFormats
import Testing

private func recognise(_ bytes: [UInt8], _ name: String) throws -> ForeignFile? {
  ForeignFile(try ProbeCandidate(ByteSource(bytes, path: "some/folder/" + name)))
}

@Suite("Files of other formats")
struct ForeignFileTests {
  static let contents: [(String, [UInt8], String)] = [
    ("model.onnx", Array("version https://git-lfs.github.com/spec/v1\noid sha".utf8), "git-lfs"),
    ("model.onnx", Array("\n  <!DOCTYPE HTML><html>".utf8), "HTML"),
    ("model.onnx", [0xef, 0xbb, 0xbf] + Array("<html lang=en>".utf8), "HTML"),
    ("model.onnx", [0x1f, 0x8b, 8, 0], "gzip"),
    ("model.pt", [0x50, 0x4b, 3, 4, 0, 0], "PyTorch"),
    ("model", [0x50, 0x4b, 3, 4, 0, 0] + Array("archive/data.pkl".utf8), "PyTorch"),
    ("model.keras", [0x50, 0x4b, 3, 4, 0, 0], "Keras"),
    ("model.zip", [0x50, 0x4b, 3, 4, 0, 0], "a zip archive"),
    ("model.h5", [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a], "HDF5"),
    ("model.bin", [0x1c, 0, 0, 0] + Array("TFL3".utf8), "TensorFlow Lite"),
    ("model.bin", [0x1c, 0, 0, 0] + Array("ORTM".utf8), "ONNX Runtime"),
    (
      "old.bin", [0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19],
      "PyTorch"
    ),
    ("w.bin", [2, 0, 0, 0, 0, 0, 0, 0] + Array("{\"".utf8), "safetensors"),
    ("m.gguf", Array("GGUF".utf8), "GGUF"), ("m.param", Array("7767517\n".utf8), "ncnn"),
    ("yolo.txt", Array("[net]\nwidth=1".utf8), "Darknet"),
    ("x.npy", [0x93] + Array("NUMPY".utf8), "NumPy"),
  ]

  @Test("By their first bytes", arguments: contents.indices)
  func content(_ index: Int) throws {
    let (name, bytes, kind) = Self.contents[index]
    let file = try #require(try recognise(bytes, name))
    #expect(file.description.contains(kind), "\(file)")
    #expect(!file.description.contains("\n"))
    #expect(!file.advice.isEmpty)
  }

  @Test(
    "By their names when the bytes say nothing",
    arguments: [
      "a.pt", "a.PTH", "a.tflite", "a.ort", "a.keras", "a.h5", "a.caffemodel", "a.weights",
      "a.mlmodel", "a.engine", "a.onnx.data",
    ])
  func names(_ name: String) throws {
    #expect(try recognise([1, 2, 3], name) != nil)
  }

  @Test("Anything else may be a model")
  func others() throws {
    #expect(try recognise([8, 7, 18, 0], "model.onnx") == nil)
    #expect(try recognise([1, 2, 3], "model") == nil)
    #expect(try recognise([], ".pt") == nil)
  }

  @Test("Locations and names print on one line")
  func printing() {
    let location = InputLocation(
      file: "m.onnx", position: .byte(7),
      path: [.init("graph"), .init("node", 17, name: "bn3"), .init("input", 4)])
    #expect(location.description == "m.onnx: byte 7: graph.node[17] \"bn3\".input[4]")
    #expect("a\u{1b}[31m\n".printable() == "a\\u{1b}[31m\\u{a}")
    #expect(String(repeating: "x", count: 100).printable(length: 3) == "xxx…")
    let text = InputLocation(file: "n.cfg", position: .text(line: 3, column: 9))
    #expect(text.description == "n.cfg:3:9")
  }
}
