internal import ModelVerification

extension VerificationReport {
  /// The verdict, a line for each layer, the outputs' figures, and everything that is wrong.
  func summaryLines(_ style: TextStyle) -> [String] {
    var lines = verdictLines(style)
    lines += equalityLines
    lines += layerTable.lines(style)
    if !recorded.isEmpty { lines += [""] + recordedTable.lines(style) }
    if !outputs.isEmpty { lines += [""] + outputTable.lines(style) + classLines }
    for failure in failures { lines += failure.lines(style) }
    for warning in warnings { lines += Paragraph.lines(warning, label: "warning ", style) }
    for gap in Self.merged(gaps) { lines += Paragraph.lines(gap, label: "gap     ", style) }
    return lines
  }

  private func verdictLines(_ style: TextStyle) -> [String] {
    let (word, tone): (String, TextStyle.Tone) =
      switch verdict {
      case .passed: ("verified", .good)
      case .failed: ("DIFFERENT", .bad)
      case .partlyCovered: ("verified in part", .warning)
      }
    let text =
      switch verdict {
      case .passed where !comparesModels: "the model computes what was recorded"
      case .passed: "the models compute the same"
      case .failed: "\(failures.count) \(failures.count == 1 ? "difference" : "differences")"
      case .partlyCovered: "nothing differs as far as it could be compared"
      }
    return [style.colored(word, tone) + ": " + text]
  }

  /// Layers that had something to do here.
  var shownLayers: [VerificationLayer] {
    VerificationLayer.allCases.filter { layer in
      switch layer {
      case .interface: false
      case .recorded: !comparesModels || !recorded.isEmpty
      default: comparesModels
      }
    }
  }

  /// What makes two models equal that have no changed region.
  private var equalityLines: [String] {
    guard comparesModels, regions.isEmpty, verdict == .passed else { return [] }
    func count(_ number: Int, _ noun: String) -> String {
      "\(NumberText.grouped(number)) \(noun)\(number == 1 ? "" : "s")"
    }
    return [
      "  equal bit for bit: \(count(provenNodes, "node")) with their attributes, "
        + count(equalConstants, "constant")
    ]
  }

  private var layerTable: TextTable {
    var table = TextTable(
      [.init("layer"), .init("compared", isFlexible: true), .init("worst / bound", .right)],
      indent: 2)
    for layer in shownLayers {
      let failed = failures.contains { $0.layer == layer }
      table.add(
        [
          layer.rawValue, compared(layer),
          worstRatio(of: layer).map(NumberText.significant) ?? "",
        ], tones: failed ? [0: .bad, 2: .bad] : [:])
    }
    return table
  }

  private func compared(_ layer: VerificationLayer) -> String {
    func count(_ number: Int, _ noun: String) -> String {
      "\(NumberText.grouped(number)) \(noun)\(number == 1 ? "" : "s")"
    }
    switch layer {
    case .interface: return ""
    case .parameters:
      let elements = parameters.reduce(0) { $0 + $1.elements }
      return count(parameters.count, "new tensor") + ", " + count(elements, "element")
    case .regionProbe:
      let done = regions.count { $0.probe.ratio != nil }
      return "\(done) of " + count(regions.count, "changed region")
        + (provenRegions > 0 ? ", \(provenRegions) equal" : "")
    case .lockstep:
      let done = regions.count { $0.lockstep.ratio != nil }
      return "\(done) of " + count(regions.count, "changed region")
    case .asDeployed:
      return count(completeSamples, "sample") + ", " + count(values.count, "value")
    case .recorded:
      return count(Set(recorded.map(\.sample)).count, "sample") + ", "
        + count(recorded.count, "array")
    }
  }

  private var outputTable: TextTable {
    var table = TextTable(
      [
        .init("output", isFlexible: true), .init("type"), .init("max error", .right),
        .init("relative", .right), .init("rms", .right), .init("rms before", .right),
        .init("SNR dB", .right),
      ], indent: 2)
    for output in outputs {
      table.add([
        output.name, output.type, NumberText.significant(output.maximumError),
        NumberText.significant(output.maximumRelativeError),
        NumberText.significant(output.rmsWritten), NumberText.significant(output.rmsOriginal),
        NumberText.fixed(output.signalToNoise, decimals: 1),
      ])
    }
    return table
  }

  /// Outputs that look like class scores.
  private var classLines: [String] {
    outputs.compactMap { output in
      guard let classes = output.classes else { return nil }
      let close = classes.undecided > 0 ? ", \(classes.undecided) too close to tell" : ""
      let rows = classes.decided == 1 ? "row" : "rows"
      return "  \(output.name): same class in \(classes.agreeing) of \(classes.decided) \(rows)"
        + close
    }
  }

  private var recordedTable: TextTable {
    var table = TextTable(
      [
        .init("recorded", isFlexible: true), .init("type"), .init("max error", .right),
        .init("relative", .right), .init("rms", .right), .init("mean", .right),
        .init("SNR dB", .right), .init("beyond", .right), .init("worst / bound", .right),
      ], indent: 2)
    for check in recorded {
      let figures = check.figures
      table.add(
        [
          figures.name, figures.type, NumberText.significant(figures.maximumError),
          NumberText.significant(figures.maximumRelativeError),
          NumberText.significant(figures.rmsWritten), NumberText.significant(figures.meanError),
          NumberText.fixed(figures.signalToNoise, decimals: 1), NumberText.grouped(check.beyond),
          NumberText.significant(check.worstRatio),
        ], tones: check.beyond > 0 ? [0: .bad, 8: .bad] : [:])
    }
    return table
  }

  /// Gaps of the same layer and reason in one line.
  private static func merged(_ gaps: [CoverageGap]) -> [String] {
    var order: [String] = []
    var subjects: [String: [String]] = [:]
    for gap in gaps {
      let key = "\(gap.layer.rawValue)\u{0}\(gap.reason)"
      if subjects[key] == nil { order.append(key) }
      let place = gap.graph == "graph" ? gap.subject : "\(gap.graph)/\(gap.subject)"
      subjects[key, default: []].append(place)
    }
    return order.map { key in
      let parts = key.split(separator: "\u{0}", omittingEmptySubsequences: false)
      let names = subjects[key] ?? []
      let shown = names.prefix(6).joined(separator: ", ")
      let more = names.count > 6 ? " and \(names.count - 6) more" : ""
      return "\(parts[0]): \(shown)\(more): \(parts[1])"
    }
  }
}

extension VerificationFailure {
  func lines(_ style: TextStyle) -> [String] {
    let place = graph == "graph" ? subject : "\(graph)/\(subject)"
    var text = "\(layer.rawValue): \(place): \(message)"
    if let element {
      text +=
        "; element \(element.index) is \(NumberText.significant(element.found)), expected "
        + NumberText.significant(element.expected)
        + " within \(NumberText.significant(element.bound)) (\(element.count) beyond it, "
        + "\(NumberText.significant(element.worstRatio)) × at worst)"
    }
    var lines = Paragraph.lines(text, label: "FAILED  ", style)
    lines[0] = style.colored("FAILED", .bad) + lines[0].dropFirst(6)
    return lines
  }
}
