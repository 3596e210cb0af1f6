public import ModelIR

/// What a model holds, and what a fold would make of it.
public struct InspectionReport: Sendable {
  /// How often an operator occurs.
  public struct OperatorCount: Sendable, Hashable {
    /// The operator, with its domain where that is not the standard's.
    public var opType: String
    /// Nodes of it, over all graphs.
    public var count: Int
  }

  /// The model's path.
  public var path: String
  /// The format's name.
  public var format: String
  /// What the file says about itself.
  public var header: Model.Header
  /// Operator sets: domain and version; "" is the standard's.
  public var opsets: [(domain: String, version: Int)]
  /// Counts.
  public var totals: ModelTotals
  /// Operators, the most frequent first.
  public var operators: [OperatorCount]
  /// What a caller feeds.
  public var inputs: [ValueLine]
  /// What a caller gets.
  public var outputs: [ValueLine]
  /// Every site with its would-be outcome.
  public var sites: [SiteReport]
  /// What a user should know.
  public var notes: [String]

  /// Describes a model.
  public init(
    _ model: Model, path: String, format: String, bytes: Int, sites: [SiteReport],
    notes: [String] = []
  ) {
    self.path = path
    self.format = format
    header = model.header
    opsets = model.opsets.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    totals = ModelTotals(model, bytes: bytes)
    operators = Self.operators(of: model)
    inputs = model.requiredInputs(of: model.mainGraph).map { ValueLine(model[$0]) }
    outputs = model[model.mainGraph].outputs.map { ValueLine(model[$0]) }
    self.sites = sites
    self.notes = notes
  }

  private static func operators(of model: Model) -> [OperatorCount] {
    var counts: [String: Int] = [:]
    for node in model.nodes {
      guard let node else { continue }
      counts[node.domain.isEmpty ? node.opType : "\(node.domain).\(node.opType)", default: 0] += 1
    }
    return counts.map { OperatorCount(opType: $0.key, count: $0.value) }
      .sorted { $0.count != $1.count ? $0.count > $1.count : $0.opType < $1.opType }
  }
}

extension InspectionReport: Report {
  /// Names the JSON object.
  public static var schema: String { "bnfold.inspect" }

  /// Totals, operators, inputs and outputs, sites.
  public func text(_ style: TextStyle) -> String {
    var lines = Paragraph.lines(path, style)
    lines[0] = style.colored(lines[0], .strong)
    lines += Paragraph.lines(about, style)
    lines.append("")
    lines += totalsTable.lines(style)
    for table in [valuesTable, operatorsTable] where !table.rows.isEmpty {
      lines += [""] + table.lines(style)
    }
    let siteLines = SiteReport.lines(sites.filter { isShown($0) }, all: true, style)
    if !siteLines.isEmpty {
      lines += ["", style.colored("what `bnfold fold` would do", .strong)] + siteLines
    }
    if !notes.isEmpty { lines.append("") }
    for note in notes { lines += Paragraph.lines(note, label: "note    ", style) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Multiplications and additions that stay are the usual case and say nothing.
  private func isShown(_ site: SiteReport) -> Bool { site.isBatchNormalization || site.isFolded }

  private var about: String {
    let sets = opsets.map { "\($0.domain.isEmpty ? "opset" : $0.domain) \($0.version)" }
    let producer = [header.producerName, header.producerVersion].filter { !$0.isEmpty }
    return "\(format), IR version \(header.irVersion), \(sets.joined(separator: ", "))"
      + (producer.isEmpty ? "" : ", made by \(producer.joined(separator: " "))")
  }

  private var totalsTable: TextTable {
    var table = TextTable([.init(""), .init("", .right)])
    table.add(["batch normalizations", NumberText.grouped(totals.batchNormalizations)])
    table.add(["nodes", NumberText.grouped(totals.nodes)])
    table.add(["parameters", NumberText.grouped(totals.parameters)])
    table.add(["bytes", NumberText.grouped(totals.bytes)])
    return table
  }

  private var valuesTable: TextTable {
    var table = TextTable([
      .init(""), .init("name", isFlexible: true), .init("type"), .init("shape", isFlexible: true),
    ])
    for input in inputs { table.add(["input", input.name, input.type, input.shapeText]) }
    for output in outputs { table.add(["output", output.name, output.type, output.shapeText]) }
    return table
  }

  private var operatorsTable: TextTable {
    var table = TextTable([.init("operator", isFlexible: true), .init("nodes", .right)])
    for entry in operators { table.add([entry.opType, NumberText.grouped(entry.count)]) }
    return table
  }

  /// The same as JSON.
  public var members: [JSONValue.Member] {
    [
      .init("path", .string(path)),
      .init("format", .string(format)),
      .init("ir_version", .integer(header.irVersion)),
      .init("producer", .string(header.producerName)),
      .init("producer_version", .string(header.producerVersion)),
      .init(
        "opsets",
        .object(opsets.map { JSONValue.Member($0.domain, .integer($0.version)) })),
      .init("totals", totals.json),
      .init("inputs", .array(inputs.map(\.json))),
      .init("outputs", .array(outputs.map(\.json))),
      .init(
        "operators",
        .object(operators.map { JSONValue.Member($0.opType, .integer($0.count)) })),
      .init("sites", .array(sites.map(\.json))),
      .init("notes", .strings(notes)),
    ]
  }
}
