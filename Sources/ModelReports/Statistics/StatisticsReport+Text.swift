internal import ModelStatistics

extension StatisticsReport: Report {
  /// Names the JSON object.
  public static var schema: String { "bnfold.stats" }

  /// Tables of batch normalizations, weights, activations and tensors, each behind its findings.
  public func text(_ style: TextStyle) -> String {
    var lines = Paragraph.lines(path, style)
    lines[0] = style.colored(lines[0], .strong)
    lines += normalizationLines(style)
    lines += weightLines(style)
    lines += activationLines(style)
    let tensors = TensorTable.table.lines(tensors, selection, style)
    lines += ["", style.colored("stored tensors", .strong)] + tensors
    if showsChannels { lines += channelLines(style) }
    if !notes.isEmpty { lines.append("") }
    for note in notes { lines += Paragraph.lines(note, label: "note    ", style) }
    if tellsTiming { lines += StageTime.lines(stages, peakMemory: peakMemory, style) }
    return lines.joined(separator: "\n") + "\n"
  }

  private func normalizationLines(_ style: TextStyle) -> [String] {
    guard !normalizations.isEmpty else { return ["", "no batch normalization"] }
    var selection = RowSelection(patterns: selection.patterns)
    if normalizations.contains(where: { $0.drift != nil }) {
      selection.columns = [
        "name", "channels", "gamma", "variance", "scale", "drift", "health",
      ]
    }
    var lines = ["", style.colored("health of batch normalizations", .strong)]
    lines += NormalizationTable.table.lines(normalizations, selection, style) { row, column in
      column == "health" ? row.statistics.severity?.tone ?? .good : nil
    }
    return lines + findingLines(style)
  }

  /// A paragraph for each kind of finding, the worst first, with all places where it was found.
  private func findingLines(_ style: TextStyle) -> [String] {
    let groups = FindingGroup.groups(of: normalizations.filter { selection.admits([$0.name]) })
    var lines: [String] = groups.isEmpty ? [] : [""]
    for group in groups {
      let shown = group.places.prefix(8).joined(separator: "; ")
      let rest = group.places.count > 8 ? " and \(group.places.count - 8) more" : ""
      let label = group.severity.name.padded(to: 8)
      var paragraph = Paragraph.lines("\(group.text): \(shown)\(rest)", label: label, style)
      paragraph[0] =
        style.colored(label, group.severity.tone) + paragraph[0].dropFirst(label.count)
      lines += paragraph
    }
    return lines
  }

  private func weightLines(_ style: TextStyle) -> [String] {
    guard !weights.isEmpty else { return [] }
    let selection = RowSelection(patterns: selection.patterns)
    var lines = ["", style.colored("quantization outlook of weights", .strong)]
    lines += WeightTable.table.lines(weights, selection, style) { row, column in
      column == "snr-folded" && (row.loss ?? 0) > 6 ? .warning : nil
    }
    lines += Paragraph.lines(
      "spread: largest over smallest range of a channel; dB: signal to noise in 8 bits, one step "
        + "for the tensor; dB/ch.: one step for each channel; folded: after a fold", style)
    return lines
  }

  private func activationLines(_ style: TextStyle) -> [String] {
    guard !activations.isEmpty else { return [] }
    let heading = "activations on \(samples.joined(separator: ", "))"
    let selection = RowSelection(patterns: selection.patterns)
    return ["", style.colored(heading, .strong)]
      + ActivationTable.table.lines(activations, selection, style) { row, column in
        let counts = row.statistics.counts
        return column == "name" && counts.notNumbers + counts.infinities > 0 ? .bad : nil
      }
  }

  private func channelLines(_ style: TextStyle) -> [String] {
    TensorTable.table.rows(tensors, selection).filter { $0.channels != nil }.flatMap { tensor in
      ["", style.colored("channels of \(style.plain(tensor.name))", .strong)]
        + TensorTable.channels.lines(tensor.channelRows, RowSelection(), style)
    }
  }

  /// The same as JSON.
  public var members: [JSONValue.Member] {
    let shown = RowSelection(patterns: selection.patterns)
    return [
      .init("path", .string(path)),
      .init(
        "normalizations",
        .array(NormalizationTable.table.rows(normalizations, shown).map(\.json))),
      .init("weights", .array(WeightTable.table.rows(weights, shown).map(\.json))),
      .init("samples", .strings(samples)),
      .init("activations", .array(ActivationTable.table.rows(activations, shown).map(\.json))),
      .init("tensors", .array(TensorTable.table.rows(tensors, selection).map(\.json))),
      .init("notes", .strings(notes)),
      .init("seconds", StageTime.json(stages)),
      .init("peak_memory_bytes", peakMemory.map { .integer($0) } ?? .null),
    ]
  }
}

extension String {
  /// The text with spaces behind it, up to some columns.
  func padded(to columns: Int) -> String {
    self + String(repeating: " ", count: max(0, columns - DisplayWidth.of(self)))
  }
}
