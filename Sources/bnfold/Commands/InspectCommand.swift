internal import ArgumentParser
internal import ModelPipeline
internal import ModelReports

/// `bnfold inspect`: what is in a model.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what is in a model, and which batch normalizations would fold.",
    discussion: """
      EXAMPLES
        bnfold inspect model.onnx
        bnfold inspect model.onnx --json | jq .totals
      """)

  @Argument(
    help: "The model; - for stdin.", completion: .file(extensions: ["onnx"]))
  var model: String

  @OptionGroup(title: "READING")
  var reading: ReadingArguments

  @OptionGroup(title: "REPORTING")
  var reporting: OutputArguments

  mutating func run() throws {
    let report = try InspectionPipeline(model: model, reading: reading.options).run()
    try Console.write(report, reporting, outputIsData: false)
  }
}
