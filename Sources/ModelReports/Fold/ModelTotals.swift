/// What there is of everything in a model.
public struct ModelTotals: Sendable, Hashable {
  /// BatchNormalization nodes, in bodies and functions too.
  public var batchNormalizations: Int
  /// Nodes of all graphs.
  public var nodes: Int
  /// Elements of all stored float tensors.
  public var parameters: Int
  /// Bytes of the model's files.
  public var bytes: Int

  /// Makes totals from their parts.
  public init(batchNormalizations: Int, nodes: Int, parameters: Int, bytes: Int) {
    self.batchNormalizations = batchNormalizations
    self.nodes = nodes
    self.parameters = parameters
    self.bytes = bytes
  }

  var json: JSONValue {
    .members([
      "batch_normalizations": .integer(batchNormalizations),
      "nodes": .integer(nodes),
      "parameters": .integer(parameters),
      "bytes": .integer(bytes),
    ])
  }

  /// A table of two totals and their difference.
  static func table(
    before: ModelTotals, after: ModelTotals, _ style: TextStyle
  ) -> [String] {
    var table = TextTable([
      .init(""), .init("before", .right), .init("after", .right), .init("change", .right),
      .init("", .right),
    ])
    let rows: [(String, KeyPath<ModelTotals, Int>)] = [
      ("batch normalizations", \.batchNormalizations), ("nodes", \.nodes),
      ("parameters", \.parameters), ("bytes", \.bytes),
    ]
    for (name, value) in rows {
      let (old, new) = (before[keyPath: value], after[keyPath: value])
      let tone: [Int: TextStyle.Tone] = new < old ? [3: .good, 4: .good] : [:]
      table.add(
        [
          name, NumberText.grouped(old), NumberText.grouped(new),
          NumberText.change(new - old, style), share(of: new - old, in: old, style),
        ], tones: tone)
    }
    return table.lines(style)
  }

  private static func share(of change: Int, in whole: Int, _ style: TextStyle) -> String {
    guard whole > 0, change != 0 else { return "" }
    let percent = Double(change) / Double(whole) * 100
    let sign = percent < 0 ? style.minus : "+"
    return sign + NumberText.fixed(percent.magnitude, decimals: 1) + " %"
  }
}
