import ByteStore
import ModelFormats
import ModelIR
import TestSupport
import Testing

@testable import DarknetFormat

/// Every bad cfg is refused with its line.
struct DarknetConfigTests {
  private func network(_ text: String) throws -> DarknetNetwork {
    try DarknetNetwork(DarknetConfig(bytes: Array(text.utf8), file: "x.cfg"))
  }

  private static let net = "[net]\nwidth=8\nheight=8\nchannels=3\n"

  @Test(arguments: [
    ("", 1, "[net]"),
    ("[convolutional]\nfilters=1\n", 1, "[net] is due"),
    ("width=8\n[net]\n", 1, "before any section"),
    ("[net]\nwidth=8\nheight=8\nchannels=3\n", 1, "a layer"),
    ("[net]\n[softmax]\n", 1, "positive"),
    ("[net]\nwidth=8\nheight=8\nchannels=x\n[softmax]", 4, "whole number"),
    ("[net]\nwidth=8\nheight=8\nchannels=-3\n[softmax]", 4, "-3"),
    ("[net]\nwidth=16777216\nheight=16777216\nchannels=3\n[softmax]", 1, "would be"),
    ("[net]\nwidth=99999999999999999999\nheight=8\nchannels=3\n[softmax]", 2, "width"),
    ("[net\nwidth=8\n", 1, "']'"),
    (net + "[convolutional]\nfilters=0\n", 6, "filters"),
    (net + "[convolutional]\nfilters=-1\n", 6, "filters"),
    (net + "[convolutional]\nfilters=2147483648\n", 6, "filters"),
    (net + "[convolutional]\nfilters=4\ngroups=2\n", 5, "groups"),
    (net + "[convolutional]\nsize=9\n", 5, "does not fit"),
    (net + "[convolutional]\nstride=0\n", 6, "stride"),
    (net + "[convolutional]\nactivation=stair\n", 6, "stair"),
    (net + "[convolutional]\nactivation=nonsense\n", 6, "nonsense"),
    (net + "[convolutional]\nflipped=1\n", 6, "flipped"),
    (net + "[convolutional]\nxnor=1\n", 6, "xnor"),
    (net + "[convolutional]\ndontload=1\n", 6, "dontload"),
    (net + "[softmax]\n[route]\nlayers=1\n", 7, "no layer before"),
    (net + "[softmax]\n[route]\nlayers=-2\n", 7, "no layer before"),
    (net + "[softmax]\n[route]\nlayers=7\n", 7, "no layer before"),
    (net + "[softmax]\n[route]\nlayers=\n", 7, "no list"),
    (net + "[softmax]\n[route]\nlayers=0,,0\n", 7, "no list"),
    (net + "[softmax]\n[route]\n", 6, "layers is missing"),
    (net + "[softmax]\n[route]\nlayers=0\ngroups=2\n", 6, "divide"),
    (net + "[softmax]\n[route]\nlayers=0\ngroup_id=1\n", 6, "group_id"),
    (net + "[maxpool]\nsize=2\nstride=2\n[route]\nlayers=0,-1\n[shortcut]\nfrom=0\n", 10, "shapes"),
    (net + "[convolutional]\nsize=3\n[convolutional]\nsize=3\n[route]\nlayers=0,1\n", 9, "makes"),
    (net + "[lstm]\noutput=3\n", 5, "[lstm]"),
    (net + "[softmax]\nnonsense\n", 6, "key=value"),
    (net + "[softmax]\n=3\n", 6, "without a key"),
    (net + "[softmax]\na\0=3\n", 6, "NUL"),
    (net + "[upsample]\nstride=16777216\n[upsample]\nstride=16777216\n", 5, "would be"),
    (net + "[reorg]\nstride=2\n", 5, "divide"),
    (net + "[crop]\ncrop_height=9\ncrop_width=8\n", 5, "larger"),
    (net + "[maxpool]\nsize=2\npadding=9\n", 5, "padding alone"),
    (net + "[local]\nsize=9\n", 5, "does not fit"),
    (net + "[local]\nsize=5\npad=1\n", 5, "changes the size"),
    (net + "[local]\nsize=3\nactivation=stair\n", 7, "stair"),
    (
      "[net]\nwidth=1\nheight=16776961\nchannels=1\n[deconvolutional]\nstride=65536\n"
        + "[local]\nstride=16777216\npad=8388607\n", 7, "too many pixels"
    ),
    (net + "[deconvolutional]\npadding=9\n", 5, "would be"),
    (net + "[deconvolutional]\nstride=16777216\n", 5, "would be"),
    (
      "[net]\nwidth=1\nheight=16777216\nchannels=1\n[deconvolutional]\nstride=16777216\n", 5,
      "too large"
    ),
  ]) func refused(text: String, line: Int, says: String) throws {
    let error = #expect(throws: FormatError.self) { try network(text) }
    #expect(error?.location.file == "x.cfg")
    guard case .text(let found, _)? = error?.location.position else {
      Issue.record("no line: \(String(describing: error))")
      return
    }
    #expect(found == line, "\(String(describing: error))")
    #expect(error?.description.contains(says) == true, "\(String(describing: error))")
  }

  @Test(arguments: [
    ("classes=2", "classes=1", "channels"), ("num=3", "num=4", "anchors"),
    ("mask=0,1", "mask=0,3", "anchor 3"), ("anchors=10,13", "anchors=10,x", "numbers"),
    ("classes=1", "coords=5\nclasses=1", "coords"),
  ]) func headsThatCannotBeDecoded(change: (String, String, String)) throws {
    let scratch = try ScratchFolder()
    var text = try TestFiles.text(DarknetRecorded.path("coordinates.cfg"))
    text =
      text.contains(change.0)
      ? text.replacing(change.0, with: change.1) : text.replacing(change.1, with: change.0)
    let cfg = try scratch.write(Array(text.utf8), to: "x.cfg")
    try scratch.copy(DarknetRecorded.path("coordinates.weights"), as: "x.weights")
    var options = DarknetOptions()
    _ = try DarknetReader(options).read(ByteSource(file: cfg), options: ReadOptions())
    options.decodes = true
    let error = #expect(throws: FormatError.self) {
      try DarknetReader(options).read(ByteSource(file: cfg), options: ReadOptions())
    }
    #expect(error?.description.contains(change.2) == true, "\(String(describing: error))")
  }

  @Test func formsThatAreRead() throws {
    let text =
      "\u{feff}# comment\r\n ; another\r\n[ net ]\r\n width = 8 \r\nheight=8\r\nchannels=3.0\r\n\r\n"
      + "[convolutional]\r\nfilters = 4\r\nfilters=5\r\nactivation=linear"
    let found = try network(text)
    #expect(found.layers[0].output == DarknetShape(channels: 4, height: 8, width: 8))
    let config = try DarknetConfig(bytes: Array(text.utf8), file: "x.cfg")
    #expect(config.diagnostics.count == 1)
    #expect(config.diagnostics.first?.message.contains("first counts") == true)
  }

  @Test func aMegabyteInALineAndTruncation() throws {
    let long = Self.net + "[softmax]\nx=" + String(repeating: "y", count: 1 << 20)
    _ = try network(long)
    let text = try TestFiles.bytes(DarknetRecorded.path("yolov4.cfg"))
    for count in 0..<text.count {
      // Any outcome but a crash: what is cut off may still be a network.
      _ = try? DarknetNetwork(DarknetConfig(bytes: Array(text[..<count]), file: "x.cfg"))
    }
  }

  @Test func flippedBits() throws {
    let text = try TestFiles.bytes(DarknetRecorded.path("yolov4-tiny.cfg"))
    for position in text.indices {
      for bit in 0..<8 {
        var damaged = text
        damaged[position] ^= 1 << bit
        _ = try? DarknetNetwork(DarknetConfig(bytes: damaged, file: "x.cfg"))
      }
    }
  }

  @Test func onlyTheValueChanges() throws {
    let text =
      "[net]\r\nwidth=8\nheight=8\nchannels=3\n[convolutional]\n# batch_normalize=1\n"
      + "batch_normalize = 1 \r\nbatch_normalize=2\nfilters=4\n[softmax]"
    let config = try DarknetConfig(bytes: Array(text.utf8), file: "x.cfg")
    let expected = text.replacing("batch_normalize = 1 ", with: "batch_normalize = 0 ")
      .replacing("batch_normalize=2", with: "batch_normalize=0")
    #expect(String(decoding: config.withoutNormalization(in: [0]), as: UTF8.self) == expected)
    #expect(config.withoutNormalization(in: []) == Array(text.utf8))
  }
}

/// The weights have to be as long as the cfg says.
struct DarknetWeightsTests {
  private let scratch: ScratchFolder
  init() throws { scratch = try ScratchFolder() }

  private func read(
    _ bytes: [UInt8], allowsPartial: Bool = false
  ) throws -> ReadResult {
    let cfg = try TestFiles.bytes(DarknetRecorded.path("yolov4-tiny.cfg"))
    let path = try scratch.write(cfg, to: "x.cfg")
    try scratch.write(bytes, to: "x.weights")
    var options = DarknetOptions()
    options.allowsPartial = allowsPartial
    return try DarknetReader(options).read(ByteSource(file: path), options: ReadOptions())
  }

  private func weights() throws -> [UInt8] {
    try TestFiles.bytes(DarknetRecorded.path("yolov4-tiny.weights"))
  }

  @Test func wrongLengths() throws {
    let good = try weights()
    _ = try read(good)
    for count in [0, 1, 15, 16, 19, 20, good.count - 1, good.count - 4, good.count / 2] {
      #expect(throws: FormatError.self, "\(count)") { try read(Array(good[..<count])) }
    }
    #expect(throws: FormatError.self) { try read(good + [0]) }
    #expect(throws: FormatError.self) { try read(good + [0, 0, 0, 0]) }
    let error = #expect(throws: FormatError.self) { try read(Array(good.dropLast(4))) }
    // The last layer with numbers is the head's convolution, number 10.
    #expect(error?.description.contains("4 bytes before the numbers of layer 10") == true)
  }

  /// The header decides between 16 and 20 bytes; where another Darknet wrote it, the length does.
  @Test func headers() throws {
    let good = try weights()
    func versioned(_ major: Int, _ minor: Int, _ seen: Int) -> [UInt8] {
      func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> (8 * $0) & 255) } }
      return word(major) + word(minor) + word(0) + [UInt8](repeating: 7, count: seen)
        + good.dropFirst(20)
    }
    for (major, minor, seen) in [
      (0, 1, 4), (0, 2, 8), (1, 0, 8), (1001, 0, 4), (1001, 0, 8),
    ] {
      let result = try read(versioned(major, minor, seen))
      let tensor = try #require(
        result.model.values.first { $0.name == "0.biases" }?.initializer)
      #expect(try tensor.loadBytes() == Array(good[20..<52]), "\(major).\(minor)")
    }
    #expect(throws: FormatError.self) { try read(versioned(0, 2, 4)) }
    #expect(throws: FormatError.self) { try read(versioned(0, 1, 8)) }
    #expect(throws: FormatError.self) { try read(versioned(-1, 0, 8)) }
    #expect(throws: FormatError.self) { try read(versioned(0, 1 << 30, 8)) }
  }

  @Test func partialFiles() throws {
    let good = try weights()
    // The numbers of layers 0 and 1: 8 + 24 + 216 and 16 + 48 + 1152 floats.
    let two = Array(good[..<(20 + 4 * (248 + 1216))])
    #expect(throws: FormatError.self) { try read(two) }
    let result = try read(two, allowsPartial: true)
    #expect(
      result.model[result.model.mainGraph].outputs.map { result.model[$0].name }
        == ["2_route"])
    #expect(throws: FormatError.self) { try read(Array(two.dropLast(4)), allowsPartial: true) }
    #expect(throws: FormatError.self) { try read(Array(good[..<20]), allowsPartial: true) }
  }

  @Test func missingFiles() throws {
    let path = try scratch.write(
      try TestFiles.bytes(DarknetRecorded.path("yolov4-tiny.cfg")), to: "alone.cfg")
    let error = #expect(throws: FormatError.self) {
      try DarknetReader().read(ByteSource(file: path), options: ReadOptions())
    }
    #expect(error?.description.contains("alone.weights") == true)
    let weights = try scratch.write(try weights(), to: "other.weights")
    #expect(throws: FormatError.self) {
      try DarknetReader().read(ByteSource(file: weights), options: ReadOptions())
    }
  }
}
