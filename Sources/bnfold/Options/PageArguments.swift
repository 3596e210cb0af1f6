internal import ArgumentParser

/// Whether a report is written as a page too.
struct PageArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Write the report as one HTML file too, with charts and tables that sort; - for stdout.",
      valueName: "file"),
    completion: .file(extensions: ["html"]))
  var html: String?

  /// Whether what a page shows besides is wanted.
  var isWanted: Bool { html != nil }
}
