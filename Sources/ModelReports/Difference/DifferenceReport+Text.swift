internal import ModelStatistics

extension DifferenceReport: Report {
  /// Names the JSON object.
  public static var schema: String { "bnfold.diff" }

  private static let table = RowTable<TensorRow>(
    columns: [
      .text("name", "tensor", isFlexible: true) { $0.name },
      .text("relation", "") { $0.relation.rawValue },
      .count("differing", "elements") { $0.distance?.differing },
      .number("maximum", "max diff.") { $0.distance?.maximum },
      .number("rms", "rms diff.") { $0.distance?.rootMeanSquare },
      .number("relative", "relative") { $0.distance?.relative },
      .text("remark", "", isFlexible: true) { $0.remark },
    ],
    usual: ["name", "relation", "differing", "maximum", "rms", "relative", "remark"],
    names: { [$0.name] })

  /// Keys of the columns by which tensors can be sorted.
  public static var tensorKeys: [String] { table.columns.map(\.key) }

  /// A line for each node that is not the same, a row for each tensor that is not equal.
  public func text(_ style: TextStyle) -> String {
    var lines = Paragraph.lines("\(first) → \(second)", style)
    lines[0] = style.colored(lines[0], .strong)
    for clause in header { lines += Paragraph.lines(clause, label: "  ~ ", style) }
    lines += [""] + summaryTable.lines(style)
    let nodes = nodes.filter { selection.admits([$0.node]) }
    if !nodes.isEmpty { lines.append("") }
    for node in nodes { lines += node.lines(style) }
    let unequal = tensors.filter { $0.relation != .equal }
    if !unequal.isEmpty {
      lines +=
        [""]
        + Self.table.lines(unequal, selection, style) { row, column in
          column == "relation" ? row.relation.tone : nil
        }
    }
    if isEmpty { lines += ["", style.colored("nothing tells them apart", .good)] }
    if !notes.isEmpty { lines.append("") }
    for note in notes { lines += Paragraph.lines(note, label: "note    ", style) }
    return lines.joined(separator: "\n") + "\n"
  }

  private var summaryTable: TextTable {
    var table = TextTable([
      .init(""), .init("equal", .right), .init("close", .right), .init("changed", .right),
      .init("removed", .right), .init("added", .right),
    ])
    func nodeCount(_ change: NodeLine.Change) -> String {
      NumberText.grouped(nodes.count { $0.change == change })
    }
    func count(_ relation: TensorRow.Relation) -> String {
      NumberText.grouped(tensors.count { $0.relation == relation })
    }
    table.add([
      "nodes", NumberText.grouped(sameNodes), "", nodeCount(.changed), nodeCount(.removed),
      nodeCount(.added),
    ])
    table.add([
      "tensors", count(.equal), count(.close), count(.different), count(.removed), count(.added),
    ])
    return table
  }

  /// The same as JSON.
  public var members: [JSONValue.Member] {
    [
      .init("first", .string(first)),
      .init("second", .string(second)),
      .init("equal", .bool(isEmpty)),
      .init("header", .strings(header)),
      .init("same_nodes", .integer(sameNodes)),
      .init("nodes", .array(nodes.filter { selection.admits([$0.node]) }.map(\.json))),
      .init("closeness", .number(closeness)),
      .init("tensors", .array(Self.table.rows(tensors, selection).map(\.json))),
      .init("notes", .strings(notes)),
    ]
  }
}

extension DifferenceReport.NodeLine {
  fileprivate func lines(_ style: TextStyle) -> [String] {
    let (sign, tone): (String, TextStyle.Tone) =
      switch change {
      case .removed: ("-", .bad)
      case .added: ("+", .good)
      case .changed: ("~", .warning)
      }
    let place = graph.isEmpty ? "" : " in \(graph)"
    let rest = details.isEmpty ? "" : ": " + details.joined(separator: ", ")
    var lines = Paragraph.lines(node + place + rest, label: "  \(sign) ", style)
    lines[0] = "  " + style.colored(sign, tone) + lines[0].dropFirst(3)
    return lines
  }

  fileprivate var json: JSONValue {
    .members([
      "change": .string(change.rawValue), "node": .string(node), "graph": .string(graph),
      "details": .strings(details),
    ])
  }
}

extension DifferenceReport.TensorRow {
  fileprivate var json: JSONValue {
    .members([
      "name": .string(name), "relation": .string(relation.rawValue), "remark": .string(remark),
      "distance": distance.map {
        .members([
          "differing": .integer($0.differing), "not_finite": .integer($0.notFinite),
          "maximum": .number($0.maximum), "rms": .number($0.rootMeanSquare),
          "relative": .number($0.relative),
        ])
      } ?? .null,
    ])
  }
}

extension DifferenceReport.TensorRow.Relation {
  fileprivate var tone: TextStyle.Tone {
    switch self {
    case .equal: .good
    case .close: .warning
    case .different, .removed: .bad
    case .added: .good
    }
  }
}
