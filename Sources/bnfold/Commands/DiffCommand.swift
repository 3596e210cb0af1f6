internal import ArgumentParser
internal import ModelIR
internal import ModelPipeline
internal import ModelReports

/// `bnfold diff`: what tells two models apart.
struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compare the nodes and stored tensors of two models.",
    discussion: """
      Nodes are the same node when they make a value of the same name, else when they have the \
      same name and operator; tensors when they have the same name. Exit 0 when nothing differs, \
      1 when something does. Whether two models compute the same is what 'bnfold verify' tells.

      EXAMPLES
        bnfold diff model.onnx model.folded.onnx
        bnfold diff epoch1.onnx epoch2.onnx --sort relative --top 10
        bnfold diff model.onnx half.onnx --close 1e-2 --json
      """)

  @Argument(
    help: "The first model; - for stdin.", completion: .file(extensions: ["onnx"]))
  var first: String

  @Argument(help: "The second model.", completion: .file(extensions: ["onnx"]))
  var second: String

  @Option(
    help: ArgumentHelp(
      "Tensors whose difference is at most this part of the first (root mean squares) are close.",
      valueName: "number"))
  var close = 1e-3

  @OptionGroup(title: "TABLE")
  var rows: RowArguments

  @OptionGroup(title: "READING")
  var reading: ReadingArguments

  @OptionGroup(title: "REPORTING")
  var reporting: OutputArguments

  mutating func validate() throws {
    guard close >= 0 else { throw ValidationError("--close needs a number from 0.") }
  }

  mutating func run() throws {
    let selection = try rows.selection(of: DifferenceReport.tensorKeys)
    var report = try DifferencePipeline(
      first: first, second: second, reading: reading.options, closeness: close
    ).run()
    report.selection = selection
    try Console.write(report, reporting, outputIsData: false)
    if !report.isEmpty { throw ExitCode(ExitStatus.different.rawValue) }
  }
}
