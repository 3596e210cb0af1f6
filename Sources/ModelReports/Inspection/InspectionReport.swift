internal import ModelIR
public import ModelStatistics
internal import Operators

/// What a model holds, and what a fold would make of it.
public struct InspectionReport: Sendable {
  /// The model's path.
  public var path: String
  /// The format's name.
  public var format: String
  /// Everything that was counted.
  public var inventory: ModelInventory
  /// Bytes of the model's files.
  public var bytes: Int
  /// Every site with its would-be outcome.
  public var sites: [SiteReport]
  /// What a user should know.
  public var notes: [String]

  /// Makes a report from its parts.
  public init(
    path: String, format: String, inventory: ModelInventory, bytes: Int, sites: [SiteReport],
    notes: [String] = []
  ) {
    self.path = path
    self.format = format
    self.inventory = inventory
    self.bytes = bytes
    self.sites = sites
    self.notes = notes
  }

  private var inputs: [ValueLine] { inventory.inputs.map { ValueLine($0) } }
  private var outputs: [ValueLine] { inventory.outputs.map { ValueLine($0) } }
  private var operators: [(name: String, count: Int)] {
    inventory.operators.map { entry in
      (entry.domain.isEmpty ? entry.opType : "\(entry.domain).\(entry.opType)", entry.count)
    }
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
    let header = inventory.header
    let sets = inventory.opsets.map { "\($0.domain.isEmpty ? "opset" : $0.domain) \($0.version)" }
    let producer = [header.producerName, header.producerVersion].filter { !$0.isEmpty }
    return "\(format), IR version \(header.irVersion), \(sets.joined(separator: ", "))"
      + (producer.isEmpty ? "" : ", made by \(producer.joined(separator: " "))")
  }

  private var totalsTable: TextTable {
    var table = TextTable([.init(""), .init("", .right)])
    func add(_ name: String, _ number: Int?) {
      if let number { table.add([name, NumberText.grouped(number)]) }
    }
    add("batch normalizations", inventory.batchNormalizations)
    add("nodes", inventory.nodes)
    add("parameters", inventory.parameters)
    add("multiply-adds", inventory.cost.isComplete ? inventory.cost.multiplyAdds : nil)
    add("bytes of activations", inventory.peakActivationBytes)
    add("bytes of files", bytes)
    return table
  }

  private var valuesTable: TextTable {
    var table = TextTable([
      .init(""), .init("name", isFlexible: true), .init("type"), .init("shape", isFlexible: true),
    ])
    for input in inputs {
      table.add([
        input.isOptional ? "optional" : "input", input.name, input.type, input.shapeText,
      ])
    }
    for output in outputs { table.add(["output", output.name, output.type, output.shapeText]) }
    return table
  }

  private var operatorsTable: TextTable {
    var table = TextTable([.init("operator", isFlexible: true), .init("nodes", .right)])
    for entry in operators { table.add([entry.name, NumberText.grouped(entry.count)]) }
    return table
  }

  /// The same as JSON.
  public var members: [JSONValue.Member] {
    [
      .init("path", .string(path)),
      .init("format", .string(format)),
      .init("ir_version", .integer(inventory.header.irVersion)),
      .init("producer", .string(inventory.header.producerName)),
      .init("producer_version", .string(inventory.header.producerVersion)),
      .init(
        "opsets",
        .object(inventory.opsets.map { JSONValue.Member($0.domain, .integer($0.version)) })),
      .init("totals", totalsJSON),
      .init("inputs", .array(inputs.map(\.json))),
      .init("outputs", .array(outputs.map(\.json))),
      .init(
        "operators",
        .object(operators.map { JSONValue.Member($0.name, .integer($0.count)) })),
      .init("sites", .array(sites.map(\.json))),
      .init("notes", .strings(notes)),
    ]
  }

  private var totalsJSON: JSONValue {
    .members([
      "batch_normalizations": .integer(inventory.batchNormalizations),
      "nodes": .integer(inventory.nodes),
      "parameters": .integer(inventory.parameters),
      "multiply_adds": inventory.cost.isComplete ? .integer(inventory.cost.multiplyAdds) : .null,
      "activation_bytes": inventory.peakActivationBytes.map { .integer($0) } ?? .null,
      "bytes": .integer(bytes),
    ])
  }
}
