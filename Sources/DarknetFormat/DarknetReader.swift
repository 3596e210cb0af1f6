public import ByteStore
public import ModelFormats
internal import ModelIR

/// Reads Darknet models: a .cfg and, beside it, the .weights of the same name.
public struct DarknetReader: ModelReader {
  /// Darknet, and the usual endings of its files.
  public static let format = ModelFormat(name: "Darknet", fileExtensions: ["cfg", "weights"])

  private let options: DarknetOptions

  /// A reader that takes models as `options` say.
  public init(_ options: DarknetOptions = DarknetOptions()) { self.options = options }

  /// Looks for [net], which comes first but for comments; weights have a version only.
  public func probe(_ candidate: ProbeCandidate) -> ProbeConfidence {
    if candidate.fileExtension == "weights" {
      // Version 0.1 to 0.9: three small numbers.
      let isSmall = candidate.head.count >= 16 && !candidate.head[1...3].contains { $0 != 0 }
      return isSmall ? .magic : .fileExtension
    }
    var text = candidate.head[...]
    if candidate.has([0xef, 0xbb, 0xbf]) { text = text.dropFirst(3) }
    for line in text.split(whereSeparator: { $0 == 0x0a || $0 == 0x0d }) {
      let line = line.filter { $0 != 0x20 && $0 != 0x09 }
      guard let first = line.first, first != UInt8(ascii: "#"), first != UInt8(ascii: ";") else {
        continue
      }
      let isNet = line.elementsEqual("[net]".utf8) || line.elementsEqual("[network]".utf8)
      return isNet ? .magic : candidate.fileExtension == "cfg" ? .fileExtension : .none
    }
    return candidate.fileExtension == "cfg" ? .fileExtension : .none
  }

  /// Reads a model from either of its files.
  ///
  /// Errors: `FormatError` with the line of the cfg or the byte of the weights; `FileAccessError`.
  public func read(_ source: ByteSource, options read: ReadOptions) throws -> ReadResult {
    let (cfg, weightsSource) = try files(source, read)
    let config = try DarknetConfig(cfg)
    let network = try DarknetNetwork(config)
    let weights = try DarknetWeights(
      weightsSource, network, allowsPartial: options.allowsPartial)
    var lowering = DarknetLowering(network, weights, options)
    let model = try lowering.run()
    var diagnostics = config.diagnostics + weights.diagnostics
    if network.layers.contains(where: \.normalizes) {
      diagnostics.append(
        Diagnostic(
          .note,
          "batch normalization is taken as \(options.normalization.rawValue) has it, "
            + "\(options.normalization.formula); --darknet-bn chooses another",
          at: InputLocation(file: cfg.path)))
    }
    return ReadResult(
      model: model, diagnostics: diagnostics, source: cfg,
      externalSources: [Self.name(of: weightsSource.path): weightsSource],
      annex: DarknetFile(network: network, weights: weights))
  }

  /// The cfg and the weights, whichever was given.
  private func files(
    _ source: ByteSource, _ read: ReadOptions
  ) throws -> (cfg: ByteSource, weights: ByteSource) {
    if let path = read.externalDataOverrides.values.first {
      return (source, try ByteSource(file: path))
    }
    if Self.isWeights(source.path) { return (try Self.open("cfg", beside: source), source) }
    if let path = options.weights { return (source, try ByteSource(file: path)) }
    return (source, try Self.open("weights", beside: source))
  }

  private static func isWeights(_ path: String) -> Bool {
    path.lowercased().hasSuffix(".weights")
  }

  private static func open(_ ending: String, beside source: ByteSource) throws -> ByteSource {
    let name = name(of: source.path)
    let stem = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    do {
      return try ByteSource(file: source.path.dropLast(name.count) + "\(stem).\(ending)")
    } catch {
      let hint = ending == "weights" ? "; name the weights by --weights" : ""
      throw FormatError(
        .missing(field: "\(stem).\(ending) beside it (\(error.problem))\(hint)"),
        at: InputLocation(file: source.path))
    }
  }

  static func name(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }
}

/// What the writer needs of a model that was read.
struct DarknetFile: Sendable {
  var network: DarknetNetwork
  var weights: DarknetWeights
}
