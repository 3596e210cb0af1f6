internal import ByteStore
internal import ModelReports

/// How the command talks: reports on stdout or stderr, progress on a terminal.
struct Console {
  /// The style that suits a stream.
  static func style(for stream: StandardStreams.Stream, color: ColorChoice) -> TextStyle {
    func isSet(_ name: String) -> Bool { !(ProcessFacts.environment(name) ?? "").isEmpty }
    let usesColor =
      switch color {
      case .always: true
      case .never: false
      case .auto:
        StandardStreams.isTerminal(stream) && !isSet("NO_COLOR")
          && ProcessFacts.environment("TERM") != "dumb"
      }
    // Lines of running text are hard to read beyond some length, tables beyond some width.
    let width = min(160, max(40, StandardStreams.columns(stream) ?? 80))
    return TextStyle(usesColor: usesColor, isUnicode: localeIsUTF8, width: width)
  }

  /// Whether the locale's characters are UTF-8, by the variables in POSIX' order.
  private static var localeIsUTF8: Bool {
    let names = ["LC_ALL", "LC_CTYPE", "LANG"]
    let locale = names.lazy.compactMap { ProcessFacts.environment($0) }.first { !$0.isEmpty }
    let name = (locale ?? "").lowercased()
    return name.contains("utf-8") || name.contains("utf8")
  }

  /// Writes a report as a page where that is wanted, and as JSON or text.
  static func write(
    _ report: some PageReport, _ options: OutputArguments, _ page: PageArguments,
    outputIsData: Bool
  ) throws {
    if let path = page.html {
      let files = try OutputFiles(model: path)
      try files.model.write(Array(report.page.text.utf8))
      try files.finish(sync: false)
      try files.commit()
    }
    let outputIsData = outputIsData || page.html == "-"
    try write(report, options, outputIsData: outputIsData)
  }

  /// Writes the line of one model of many.
  static func write(_ report: BatchItemReport, _ options: OutputArguments) throws {
    try StandardStreams.writeOutput(
      options.json
        ? report.json.line + "\n" : report.text(style(for: .output, color: options.color)))
  }

  /// Writes a report: JSON or text on stdout, or text on stderr where stdout is a model.
  static func write(_ report: some Report, _ options: OutputArguments, outputIsData: Bool) throws {
    if options.json {
      try StandardStreams.writeOutput(report.json.text)
    } else if outputIsData {
      StandardStreams.writeError(report.text(style(for: .errors, color: options.color)))
    } else {
      try StandardStreams.writeOutput(report.text(style(for: .output, color: options.color)))
    }
  }
}
