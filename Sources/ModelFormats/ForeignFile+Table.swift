extension ForeignFile {
  /// One way to recognise a file by its first bytes.
  struct Signature: Sendable {
    var matches: @Sendable (ProbeCandidate) -> Bool
    var file: @Sendable (ProbeCandidate) -> ForeignFile

    init(
      _ kind: String, _ advice: String, _ matches: @escaping @Sendable (ProbeCandidate) -> Bool
    ) {
      self.matches = matches
      file = { _ in ForeignFile(kind: kind, advice: advice) }
    }

    init(
      file: @escaping @Sendable (ProbeCandidate) -> ForeignFile,
      _ matches: @escaping @Sendable (ProbeCandidate) -> Bool
    ) {
      self.matches = matches
      self.file = file
    }
  }

  private static let pyTorch = ForeignFile(
    kind: "a PyTorch file",
    advice: "load it in Python and export it with torch.onnx.export, then give the .onnx file")
  private static let keras = ForeignFile(
    kind: "a Keras or HDF5 file",
    advice: "convert it with `python -m tf2onnx.convert` or keras' model.export, "
      + "then give the .onnx file")
  private static let tensorRT = ForeignFile(
    kind: "a TensorRT engine", advice: "it is compiled already; give the .onnx file it came from")
  private static let darknet = ForeignFile(
    kind: "a Darknet file that cannot be told from others",
    advice: "a .cfg begins with [net], weights end in .weights and have the .cfg beside them")
  private static let caffe = ForeignFile(
    kind: "a Caffe file", advice: "this version reads ONNX; convert it to .onnx first")
  private static let ncnn = ForeignFile(
    kind: "an ncnn file", advice: "give the .onnx file that it was converted from")
  private static let coreML = ForeignFile(
    kind: "a Core ML model", advice: "give the .onnx file or the model it was converted from")
  private static let safetensors = ForeignFile(
    kind: "no safetensors file, whatever its name says",
    advice: "one begins with the length of a header and the header; was it downloaded whole?")
  private static let tfLite = ForeignFile(
    kind: "a TensorFlow Lite model",
    advice: "convert it with `python -m tf2onnx.convert --tflite`, then give the .onnx file")

  static let byContent: [Signature] = [
    Signature(
      "a git-lfs pointer, not the model itself",
      "run `git lfs pull` in its repository to fetch the file"
    ) { $0.has("version https://git-lfs.github.com/spec/") },
    Signature(
      "an HTML page, not a model",
      "probably a login or error page was saved; download the file itself"
    ) { isMarkup($0, ["<!doctype html", "<html", "<head", "<body"]) },
    Signature("a gzip archive", "unpack it first with `gunzip` or `tar xzf`") {
      $0.has([0x1f, 0x8b])
    },
    Signature("an xz archive", "unpack it first with `xz -d`") {
      $0.has([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0])
    },
    Signature("a zstd archive", "unpack it first with `zstd -d`") {
      $0.has([0x28, 0xb5, 0x2f, 0xfd])
    },
    Signature("a bzip2 archive", "unpack it first with `bunzip2`") { $0.has("BZh") },
    Signature("a tar archive", "unpack it first with `tar xf`") { $0.has("ustar", at: 257) },
    Signature("a 7z archive", "unpack it first") {
      $0.has([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c])
    },
    Signature(file: zipContent) { $0.has([0x50, 0x4b, 3, 4]) || $0.has([0x50, 0x4b, 5, 6]) },
    Signature(file: { _ in keras }) {
      $0.has([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a])
    },
    Signature(file: { _ in tfLite }) { $0.has("TFL3", at: 4) },
    Signature(
      "an ONNX Runtime (.ort) model", "it is compiled already; give the .onnx file it came from"
    ) { $0.has("ORTM", at: 4) },
    // A pickle that starts with PyTorch's magic number as a long integer.
    Signature(file: { _ in pyTorch }) {
      $0.has([0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19])
    },
    Signature("a Python pickle", "load it in Python and export the model to .onnx") {
      $0.head.count > 1 && $0.head[0] == 0x80 && (2...5).contains($0.head[1])
        && ["pkl", "pickle", "pt", "pth", "bin", "ckpt"].contains($0.fileExtension)
    },
    Signature(
      "a GGUF file", "it holds weights of a language model; there is nothing to fold in it"
    ) { $0.has("GGUF") },
    Signature(file: { _ in safetensors }) {
      $0.fileExtension == "safetensors" || isSafetensors($0)
    },
    Signature("a NumPy array", "give it as --input; the model comes first") {
      $0.has([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59])
    },
    Signature(file: { _ in ncnn }) { $0.has("7767517") },
    Signature(file: { _ in tensorRT }) { $0.has("ptrt") || $0.has("ftrt") },
    Signature(
      "an OpenVINO model", "give the .onnx file that it was converted from"
    ) { isMarkup($0, ["<?xml"]) && contains($0, "<net ") },
    Signature("an XML file, not a model", "give the .onnx file") { isMarkup($0, ["<?xml"]) },
    Signature(file: { _ in darknet }) {
      $0.has("[net]") || $0.has("[network]")
        || ($0.fileExtension == "cfg" && contains($0, "[convolutional]"))
    },
    Signature("a JSON file, not a model", "give the .onnx file") {
      $0.has("{\"") || $0.has("{\n") || $0.has("{\r\n")
    },
  ]

  static let byName: [String: ForeignFile] = [
    "pt": pyTorch, "pth": pyTorch, "pt2": pyTorch, "ckpt": pyTorch, "pkl": pyTorch,
    "tflite": tfLite, "h5": keras, "hdf5": keras, "keras": keras, "cfg": darknet,
    "weights": darknet, "prototxt": caffe, "caffemodel": caffe, "param": ncnn,
    "mlmodel": coreML, "mlpackage": coreML, "safetensors": safetensors, "engine": tensorRT,
    "trt": tensorRT, "plan": tensorRT,
    "ort": ForeignFile(
      kind: "an ONNX Runtime (.ort) model",
      advice: "it is compiled already; give the .onnx file it came from"),
    "onnxtxt": ForeignFile(
      kind: "an ONNX model as text",
      advice: "convert it with Python: onnx.save(onnx.parser.parse_model(text), \"x.onnx\")"),
    "data": ForeignFile(
      kind: "a file of external data", advice: "give the .onnx file that refers to it"),
  ]

  private static func zipContent(_ candidate: ProbeCandidate) -> ForeignFile {
    switch candidate.fileExtension {
    case "pt", "pth", "pt2", "bin", "ckpt", "mar", "ptl": return pyTorch
    case "keras", "h5": return keras
    case "npz":
      return ForeignFile(
        kind: "a NumPy archive", advice: "give it as --input; the model comes first")
    default:
      // Archives of torch.save and torch.jit.save hold one folder with data.pkl in it.
      return contains(candidate, "data.pkl") || contains(candidate, "/version")
        ? pyTorch : ForeignFile(kind: "a zip archive", advice: "unpack it first with `unzip`")
    }
  }

  private static func isMarkup(_ candidate: ProbeCandidate, _ starts: [String]) -> Bool {
    var text = candidate.head[...]
    if candidate.has([0xef, 0xbb, 0xbf]) { text = text.dropFirst(3) }
    text = text.drop { $0 == 0x20 || (0x09...0x0d).contains($0) }
    return starts.contains { start in
      // Letters in either case: bit 5 tells them apart and nothing else in these words.
      text.count >= start.utf8.count
        && zip(text, start.utf8).allSatisfy { $0 == $1 || ($0 | 0x20) == $1 }
    }
  }

  private static func contains(_ candidate: ProbeCandidate, _ text: String) -> Bool {
    let wanted = Array(text.utf8)
    guard candidate.head.count >= wanted.count else { return false }
    return (0...(candidate.head.count - wanted.count)).contains { candidate.has(wanted, at: $0) }
  }

  /// Eight bytes of length, then a JSON object of that length.
  private static func isSafetensors(_ candidate: ProbeCandidate) -> Bool {
    guard candidate.has("{\"", at: 8) else { return false }
    let length = candidate.head[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return length < UInt64(candidate.size)
  }
}
