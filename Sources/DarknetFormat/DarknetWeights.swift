internal import ByteStore
internal import ModelFormats
internal import ModelIR

/// A .weights file: a header, then the numbers of all layers one after the other, float32.
///
///     int32 major, minor, revision; then how many images were seen, int64 from version 0.2 on,
///     else int32
///
/// There is no magic number, no length and no checksum: that the file is exactly as long as the cfg
/// demands is the only thing that can be checked, so it is.
/// Source: Darknet's src/parser.c, load_weights_upto and save_weights_upto.
struct DarknetWeights {
  let source: ByteSource
  /// Bytes before the first number.
  let headerSize: Int
  /// Connected layers are stored with the input first.
  let transposes: Bool
  /// How many layers have their numbers; all of them unless the file is partial.
  let layerCount: Int
  /// Where the numbers of each block lie, by layer.
  let ranges: [[Range<Int>]]
  private(set) var diagnostics: [Diagnostic] = []

  /// Errors: `FormatError` with the layer at which the length goes wrong.
  init(_ source: ByteSource, _ network: DarknetNetwork, allowsPartial: Bool) throws {
    self.source = source
    func failure(_ problem: FormatError.Problem, at offset: Int) -> FormatError {
      FormatError(problem, at: InputLocation(file: source.path, position: .byte(offset)))
    }
    guard source.count >= 16 else {
      throw failure(.truncated(needed: 16, available: source.count), at: 0)
    }
    var window = try ByteWindow(source)
    let major = Int(try window.load(Int32.self, at: 0))
    let minor = Int(try window.load(Int32.self, at: 4))
    guard (0...100_000).contains(major), (0...100_000).contains(minor) else {
      throw failure(
        .malformed(field: "header", detail: "version \(major).\(minor); is this a weights file?"),
        at: 0)
    }
    transposes = major > 1000 || minor > 1000
    let sizes = Self.blockSizes(network)
    let total = sizes.joined().reduce(0, +)
    let expected = Self.headerSizes(major: major, minor: minor)
    // From version 1000 on the Darknets disagree about the width, so the length decides.
    let widths = major >= 1000 || minor >= 1000 ? [expected, expected == 20 ? 16 : 20] : [expected]
    let fitting = widths.first { $0 + total == source.count }
    headerSize = fitting ?? expected
    if headerSize != expected {
      diagnostics.append(
        Diagnostic(
          .warning,
          "the header of version \(major).\(minor) has \(headerSize) bytes, not \(expected)",
          at: InputLocation(file: source.path, position: .byte(0))))
    }
    var ranges: [[Range<Int>]] = []
    var offset = headerSize
    for layer in sizes {
      var blocks: [Range<Int>] = []
      for size in layer {
        blocks.append(offset..<(offset + size))
        offset += size
      }
      ranges.append(blocks)
    }
    self.ranges = ranges
    guard offset != source.count else {
      layerCount = sizes.count
      return
    }
    guard offset > source.count else {
      throw failure(
        .inconsistent(
          "\(source.count - offset) bytes follow the last layer's; is \(network.config.file) the "
            + "cfg that belongs to it?"), at: offset)
    }
    let ending = try Self.ending(source, ranges, network, headerSize)
    guard allowsPartial, ending.isWhole, ending.layer > 0 else {
      throw failure(ending.problem, at: source.count)
    }
    layerCount = ending.layer
    diagnostics.append(
      Diagnostic(
        .warning,
        "the file has the numbers of the first \(ending.layer) of \(sizes.count) layers: the model "
          + "ends there", at: InputLocation(file: source.path)))
  }

  /// Bytes of the header by the version, as AlexeyAB's Darknet has it.
  private static func headerSizes(major: Int, minor: Int) -> Int {
    major * 10 + minor >= 2 ? 20 : 16
  }

  private static func blockSizes(_ network: DarknetNetwork) -> [[Int]] {
    // Extents were checked when the cfg was read: at most 2^40 elements each.
    network.layers.map { $0.blocks.map { $0.shape.elementCount * 4 } }
  }

  /// In which layer a short file ends, and whether it ends with a layer.
  private static func ending(
    _ source: ByteSource, _ ranges: [[Range<Int>]], _ network: DarknetNetwork, _ headerSize: Int
  ) throws -> (layer: Int, isWhole: Bool, problem: FormatError.Problem) {
    for (index, blocks) in ranges.enumerated() {
      guard let first = blocks.first, let last = blocks.last, last.upperBound > source.count else {
        continue
      }
      let layer = network.layers[index]
      let missing = last.upperBound - source.count
      let end = ranges.joined().map(\.upperBound).max() ?? headerSize
      let text =
        "the file ends \(missing) bytes before the numbers of layer \(index) "
        + "([\(layer.type)], line \(layer.line) of the cfg) do, \(end - source.count) bytes before "
        + "those of the last layer"
      let isWhole = first.lowerBound == source.count
      return (
        index, isWhole,
        .inconsistent(
          text + (isWhole ? "; for the first \(index) layers alone give --allow-partial" : ""))
      )
    }
    return (0, false, .inconsistent("the file is too short"))
  }
}
