internal import ByteStore
internal import ModelCalibration
internal import ModelFormats
internal import ModelIR

/// What the parts of one estimation have in common; parts that differ in any of it are never joined.
struct PartIdentity: Sendable, Hashable {
  /// Of the model's file and the files of its external data.
  var model: String
  /// Of what tells the data from other data: names, sizes and shapes of files, and settings.
  var data: String
  var forward: ForwardMode
  var computesInDouble: Bool
  var plan: BlockPlan
  /// The batch normalizations, as places in the model's list of nodes.
  var nodes: [Int]

  /// The identity of what a session does.
  ///
  /// Complexity: reads the model's files once.
  init(_ session: CalibrationSession) throws {
    model = try Self.digest(of: session.opened)
    data = session.data.digest
    forward = session.request.forward
    computesInDouble = session.request.computesInDouble
    plan = session.plan
    nodes = session.sites.sites.map(\.node.index)
  }

  /// The digest of a model's files.
  static func digest(of opened: OpenedModel) throws -> String {
    var digest = SHA256()
    try digest.add(opened.result.source)
    for (name, source) in opened.result.externalSources.sorted(by: { $0.key < $1.key }) {
      digest.add(Array("\(name)\0\(source.count)\0".utf8))
      try digest.add(source)
    }
    return digest.hex
  }

  /// The texts that a part has in its header.
  var metadata: [(key: String, value: String)] {
    [
      (Key.kind, Self.kind), (Key.version, "1"), (Key.model, model), (Key.data, data),
      (Key.forward, forward.rawValue), (Key.precision, computesInDouble ? "double" : "stored"),
      (Key.samples, "\(plan.samples)"), (Key.batchSize, "\(plan.batchSize)"),
      (Key.blockSize, "\(plan.blockSize)"),
      (Key.nodes, nodes.map { "\($0)" }.joined(separator: ",")),
    ]
  }

  /// Reads them.
  ///
  /// Errors: `FormatError` for a file that is no part, or one of another version.
  init(_ metadata: [(key: String, value: String)], file: String) throws {
    let texts = Dictionary(
      metadata.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    func failure(_ problem: FormatError.Problem) -> FormatError {
      FormatError(
        problem, at: InputLocation(file: file, path: [InputLocation.PathElement("__metadata__")]))
    }
    guard texts[Key.kind] == Self.kind else {
      throw failure(
        .malformed(field: Key.kind, detail: "this is no part that 'bnfold calibrate' wrote"))
    }
    guard texts[Key.version] == "1" else {
      throw failure(
        .unsupported("version \(texts[Key.version] ?? "") of parts; compute it again with this one")
      )
    }
    func text(_ key: String) throws -> String {
      guard let text = texts[key] else { throw failure(.missing(field: key)) }
      return text
    }
    func number(_ key: String) throws -> Int {
      guard let number = Int(try text(key)) else {
        throw failure(.malformed(field: key, detail: "a whole number is expected"))
      }
      return number
    }
    model = try text(Key.model)
    data = try text(Key.data)
    guard let forward = ForwardMode(rawValue: try text(Key.forward)) else {
      throw failure(.malformed(field: Key.forward, detail: "batch or running is expected"))
    }
    self.forward = forward
    computesInDouble = try text(Key.precision) == "double"
    guard
      let plan = BlockPlan(
        samples: try number(Key.samples), batchSize: try number(Key.batchSize),
        blockSize: try number(Key.blockSize))
    else { throw failure(.malformed(field: Key.blockSize, detail: "no plan of blocks")) }
    self.plan = plan
    nodes = try text(Key.nodes).split(separator: ",").map { part in
      guard let index = Int(part), index >= 0 else {
        throw failure(.malformed(field: Key.nodes, detail: "numbers are expected"))
      }
      return index
    }
  }

  /// What is not the same in another one; nil where nothing is.
  func difference(from other: PartIdentity) -> String? {
    if model != other.model { return "another model" }
    if data != other.data { return "other data (names, sizes, shapes or settings)" }
    if plan.samples != other.plan.samples {
      return "\(plan.samples) samples instead of \(other.plan.samples)"
    }
    if plan.batchSize != other.plan.batchSize {
      return "--batch-size \(plan.batchSize) instead of \(other.plan.batchSize)"
    }
    if plan.blockSize != other.plan.blockSize {
      return "--block \(plan.blockSize) instead of \(other.plan.blockSize)"
    }
    if nodes != other.nodes { return "other batch normalizations (--only, --skip)" }
    if forward != other.forward { return "another --forward" }
    return computesInDouble == other.computesInDouble ? nil : "another precision (--double)"
  }

  private static let kind = "calibration part"

  private enum Key {
    static let kind = "bnfold"
    static let version = "version"
    static let model = "model_sha256"
    static let data = "data_sha256"
    static let forward = "forward"
    static let precision = "precision"
    static let samples = "samples"
    static let batchSize = "batch_size"
    static let blockSize = "block_size"
    static let nodes = "nodes"
  }
}
