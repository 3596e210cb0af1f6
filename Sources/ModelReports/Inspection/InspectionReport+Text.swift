internal import ModelIR
internal import ModelStatistics
internal import Operators

extension InspectionReport: Report {
  /// Names the JSON object.
  public static var schema: String { "bnfold.inspect" }

  /// Totals, inputs and outputs, operators, layers, and what a fold would keep.
  public func text(_ style: TextStyle) -> String {
    var lines = Paragraph.lines(path, style)
    lines[0] = style.colored(lines[0], .strong)
    lines += Paragraph.lines(about, style)
    lines += [""] + totalsTable.lines(style)
    for table in [valuesTable, operatorsTable(style)] where !table.rows.isEmpty {
      lines += [""] + table.lines(style)
    }
    if !layers.isEmpty { lines += [""] + LayerTable.table.lines(layers, selection, style) }
    lines += siteLines(style)
    if !notes.isEmpty { lines.append("") }
    for note in notes { lines += Paragraph.lines(note, label: "note    ", style) }
    return lines.joined(separator: "\n") + "\n"
  }

  private func siteLines(_ style: TextStyle) -> [String] {
    guard foldable.all > 0 else { return [] }
    let heading =
      "`bnfold fold` would fold \(foldable.folded) of \(foldable.all) batch normalizations"
    return ["", style.colored(heading, .strong)] + SiteReport.lines(sites, all: false, style)
  }

  private var totalsTable: TextTable {
    var table = TextTable([.init(""), .init("", .right), .init("", isFlexible: true)])
    func add(_ name: String, _ number: Int?, _ remark: String = "") {
      if let number { table.add([name, NumberText.grouped(number), remark]) }
    }
    let cost = inventory.cost
    let rest =
      cost.isComplete
      ? "" : "without \(cost.uncounted.count) nodes of unknown shape (--shape gives extents)"
    add("batch normalizations", inventory.batchNormalizations)
    add(
      "nodes", inventory.nodes,
      inventory.nodes == inventory.mainNodes
        ? "" : "\(NumberText.grouped(inventory.mainNodes)) in the main graph")
    add("parameters", inventory.parameters, typesText)
    add(
      "without statistics", inventory.statistics > 0 ? parameters : nil,
      "mean and variance of BN left out")
    add("MACs", cost.multiplyAdds, rest)
    add("FLOPs", cost.operations)
    add(
      "bytes of activations", inventory.peakActivationBytes,
      inventory.peakActivationBytes.map { "\(NumberText.bytes($0)) at the peak" } ?? "")
    add("bytes of files", bytes, NumberText.bytes(bytes))
    return table
  }

  /// Parameters as papers count them.
  private var parameters: Int { inventory.parameters - inventory.statistics }

  /// `float32 14.0 MB, int64 24 B`.
  private var typesText: String {
    inventory.types.filter { $0.bytes > 0 }
      .map { "\($0.dataType.name) \(NumberText.bytes($0.bytes))" }.joined(separator: ", ")
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

  /// Operators by frequency, with bars.
  private func operatorsTable(_ style: TextStyle) -> TextTable {
    var table = TextTable([.init("operator", isFlexible: true), .init("nodes", .right), .init("")])
    let most = operators.map(\.count).max() ?? 1
    let names = operators.map { DisplayWidth.of($0.name) }.max() ?? 0
    let room = max(1, min(40, style.width - names - 9))
    for entry in operators {
      let length = max(1, (entry.count * room + most / 2) / most)
      table.add([
        entry.name, NumberText.grouped(entry.count),
        String(repeating: style.isUnicode ? "█" : "#", count: length),
      ])
    }
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
      .init(
        "types",
        .array(
          inventory.types.map { total in
            .members([
              "type": .string(total.dataType.name), "tensors": .integer(total.tensors),
              "elements": .integer(total.elements), "bytes": .integer(total.bytes),
            ])
          })),
      .init("inputs", .array(inputs.map(\.json))),
      .init("outputs", .array(outputs.map(\.json))),
      .init(
        "operators",
        .object(operators.map { JSONValue.Member($0.name, .integer($0.count)) })),
      .init("layers", .array(LayerTable.table.rows(layers, selection).map(\.json))),
      .init("sites", .array(sites.map(\.json))),
      .init("notes", .strings(notes)),
    ]
  }

  private var totalsJSON: JSONValue {
    let cost = inventory.cost
    return .members([
      "batch_normalizations": .integer(inventory.batchNormalizations),
      "nodes": .integer(inventory.nodes),
      "main_nodes": .integer(inventory.mainNodes),
      "parameters": .integer(inventory.parameters),
      "parameters_without_statistics": .integer(parameters),
      "multiply_adds": cost.isComplete ? .integer(cost.multiplyAdds) : .null,
      "operations": cost.isComplete ? .integer(cost.operations) : .null,
      "uncounted_nodes": .integer(cost.uncounted.count),
      "activation_bytes": inventory.peakActivationBytes.map { .integer($0) } ?? .null,
      "bytes": .integer(bytes),
    ])
  }
}
