internal import ArgumentParser
internal import ModelPipeline
internal import ModelReports

/// `bnfold explain`: the story of a site.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Tell what a fold tries for a site, and the first condition that stops it.",
    discussion: """
      A site is a batch normalization, or a multiplication, division, addition or subtraction of \
      constants per channel. It goes by its node's name, or by its output's.

      EXAMPLES
        bnfold explain model.onnx bn3
        bnfold explain model.onnx 'layer3.*' --allow-loss
        bnfold explain model.onnx --json
      """)

  @Argument(
    help: "The model; - for stdin.", completion: .file(extensions: ["onnx"]))
  var model: String

  @Argument(help: "The sites by name or pattern; all where none is given.")
  var sites: [String] = []

  @OptionGroup(title: "FOLDING")
  var folding: FoldingArguments

  @OptionGroup(title: "READING")
  var reading: ReadingArguments

  @OptionGroup(title: "REPORTING")
  var reporting: OutputArguments

  mutating func run() throws {
    let report = try ExplanationPipeline(
      model: model, sites: sites, reading: reading.options, folding: folding.options,
      edits: folding.edits
    ).run()
    try Console.write(report, reporting, outputIsData: false)
  }
}
