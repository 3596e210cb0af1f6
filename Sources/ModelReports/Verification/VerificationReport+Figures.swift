internal import ModelVerification

extension VerificationReport {
  /// All figures of every output and every surviving value behind a change.
  func figureLines(_ style: TextStyle) -> [String] {
    var table = TextTable(
      [
        .init("value", isFlexible: true), .init("max error", .right), .init("relative", .right),
        .init("ulp", .right), .init("mean", .right), .init("SNR dB", .right),
        .init("1 - cos", .right), .init("rms", .right), .init("rms bound", .right),
      ], indent: 2)
    let named = Set(values.map(\.name))
    let shown = values + outputs.filter { !named.contains($0.name) }
    for figures in shown {
      table.add([
        figures.name, NumberText.significant(figures.maximumError),
        NumberText.significant(figures.maximumRelativeError),
        NumberText.significant(figures.maximumULP), NumberText.significant(figures.meanError),
        NumberText.fixed(figures.signalToNoise, decimals: 1),
        NumberText.significant(1 - figures.cosine), NumberText.significant(figures.rmsWritten),
        NumberText.significant(figures.warningLevel),
      ])
    }
    let worst = shown.flatMap { figures -> [String] in
      guard let element = figures.worst else { return [] }
      return Paragraph.lines(
        "\(figures.name): element \(element.index) is \(NumberText.significant(element.found)), "
          + "expected \(NumberText.significant(element.expected))", label: "largest ", style)
    }
    return shown.isEmpty ? [] : [""] + table.lines(style) + worst
  }
}
