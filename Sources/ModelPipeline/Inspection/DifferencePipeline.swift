public import ModelFormats
internal import ModelIR
public import ModelReports
internal import ModelStatistics

/// Reads two models and tells what differs in nodes and stored tensors.
public struct DifferencePipeline: Sendable {
  private let first: String
  private let second: String
  private let reading: ReadOptions
  private let closeness: Double

  /// A comparison of two models; tensors whose relative distance is at most `closeness` are close.
  public init(
    first: String, second: String, reading: ReadOptions = ReadOptions(), closeness: Double = 1e-3
  ) {
    self.first = first
    self.second = second
    self.reading = reading
    self.closeness = closeness
  }

  /// Does it.
  ///
  /// Errors: `FormatError`, `FileAccessError`, `TensorError`.
  public func run() throws -> DifferenceReport {
    let a = try OpenedModel(first, reading)
    let b = try OpenedModel(second, reading, comparedWith: a)
    let difference = try ModelDifference(a.model, b.model)
    try a.result.checkUnchanged()
    try b.result.checkUnchanged()
    return DifferenceReport(
      first: first, second: second, difference, a.model, b.model, header: Self.header(a, b),
      closeness: closeness, notes: a.notes + b.notes)
  }

  private static func header(_ a: OpenedModel, _ b: OpenedModel) -> [String] {
    var clauses: [String] = []
    func compare(_ word: String, _ x: String, _ y: String) {
      guard x != y else { return }
      clauses.append("\(word): \(x.isEmpty ? "none" : x) → \(y.isEmpty ? "none" : y)")
    }
    compare("format", a.formatName, b.formatName)
    let (x, y) = (a.model, b.model)
    compare("IR version", "\(x.header.irVersion)", "\(y.header.irVersion)")
    compare("producer", producer(x), producer(y))
    for domain in Set(x.opsets.keys).union(y.opsets.keys).sorted() {
      compare(
        domain.isEmpty ? "opset" : "opset of \(domain)",
        x.opsets[domain].map { "\($0)" } ?? "", y.opsets[domain].map { "\($0)" } ?? "")
    }
    compare(
      "inputs", ports(x.requiredInputs(of: x.mainGraph), x),
      ports(y.requiredInputs(of: y.mainGraph), y))
    compare("outputs", ports(x[x.mainGraph].outputs, x), ports(y[y.mainGraph].outputs, y))
    return clauses
  }

  private static func producer(_ model: Model) -> String {
    [model.header.producerName, model.header.producerVersion].filter { !$0.isEmpty }
      .joined(separator: " ")
  }

  private static func ports(_ values: [ValueID], _ model: Model) -> String {
    values.map { id in
      "\(model[id].name) \(model[id].type.map(ValueLine.describe) ?? "?")"
    }.joined(separator: ", ")
  }
}
