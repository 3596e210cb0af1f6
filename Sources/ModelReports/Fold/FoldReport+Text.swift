extension FoldReport: Report {
  /// Names the JSON object.
  public static var schema: String { "bnfold.fold" }

  /// The table of totals, the sites, the verdict.
  public func text(_ style: TextStyle) -> String {
    var lines = Paragraph.lines("\(input) → \(output)", style)
    lines[0] = style.colored(lines[0], .strong)
    lines.append("")
    lines += ModelTotals.table(before: before, after: after, style)
    let sites = SiteReport.lines(sites, all: explains, style)
    if !sites.isEmpty { lines += [""] + sites }
    lines.append("")
    for note in notes { lines += Paragraph.lines(note, label: "note    ", style) }
    if let verification { lines += verification.summaryLines(style) }
    lines += endingLines(style)
    if tellsTiming { lines += StageTime.lines(stages, peakMemory: peakMemory, style) }
    return lines.joined(separator: "\n") + "\n"
  }

  private func endingLines(_ style: TextStyle) -> [String] {
    switch ending {
    case .written:
      guard verification == nil else { return [] }
      return Paragraph.lines("not verified (--no-verify)", label: "note    ", style)
    case .copied:
      let reason =
        before.batchNormalizations == 0
        ? "there is no batch normalization" : "nothing could be folded"
      return Paragraph.lines("\(reason): the output is a copy", label: "note    ", style)
    case .planned:
      return Paragraph.lines("nothing was written", label: "note    ", style)
    case .refused(let reason):
      return Paragraph.lines("no output was written: \(reason)", label: "FAILED  ", style)
    case .keptForStudy(let reason):
      return Paragraph.lines(
        "\(reason); the output was written for study (--keep-failed)", label: "FAILED  ", style)
    }
  }

  /// The same as JSON.
  public var members: [JSONValue.Member] {
    [
      .init("input", .string(input)),
      .init("output", .string(output)),
      .init("outcome", .string(endingName)),
      .init("reason", failure.map { .string($0) } ?? .null),
      .init("before", before.json),
      .init("after", after.json),
      .init("folded", .integer(folded)),
      .init("kept", .integer(kept)),
      .init("sites", .array(sites.map(\.json))),
      .init("verification", verification?.json ?? .null),
      .init("notes", .strings(notes)),
      .init("seconds", StageTime.json(stages)),
      .init("peak_memory_bytes", peakMemory.map { .integer($0) } ?? .null),
    ]
  }

  private var endingName: String {
    switch ending {
    case .written: "written"
    case .copied: "copied"
    case .planned: "planned"
    case .refused: "refused"
    case .keptForStudy: "kept for study"
    }
  }
}
