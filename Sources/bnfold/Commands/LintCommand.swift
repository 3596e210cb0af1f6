internal import ArgumentParser
internal import ModelPipeline
internal import ModelReports

/// `bnfold lint`: everything that is odd about a model.
struct LintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint",
    abstract: "List everything that is odd about a model; exit 1 if something is wrong.",
    discussion: """
      Looked at: what the file states against what its operators make, operators against the \
      opset, what nothing reads, checksums of external data, NaN and infinities, and the health \
      of every batch normalization. An error makes the exit code 1; --strict a warning too.

      EXAMPLES
        bnfold lint model.onnx
        bnfold lint model.onnx --strict --json | jq '.findings[].message'
      """)

  @Argument(
    help: "The model; - for stdin.", completion: .file(extensions: ["onnx"]))
  var model: String

  @Flag(help: "Exit 1 for warnings too.")
  var strict = false

  @OptionGroup(title: "READING")
  var reading: ReadingArguments

  @OptionGroup(title: "REPORTING")
  var reporting: OutputArguments

  mutating func run() throws {
    let report = try LintPipeline(model: model, reading: reading.options).run()
    try Console.write(report, reporting, outputIsData: false)
    if report.count(.error) > 0 || (strict && report.count(.warning) > 0) {
      throw ExitCode(ExitStatus.different.rawValue)
    }
  }
}
