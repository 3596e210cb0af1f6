internal import ArgumentParser
internal import GraphEvaluation
internal import ModelPipeline
internal import ModelReports
internal import ModelVerification

/// `bnfold stats`: what a model's numbers look like.
struct StatsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats",
    abstract: "Show the health of batch normalizations, and what weights and activations are like.",
    discussion: """
      Without data: the parameters of every batch normalization and what is odd about them, what \
      8 bits would lose of each layer's weight before and after folding, and the distribution of \
      every stored tensor. With data: the distribution of every value, and how far the stored \
      statistics of each batch normalization are from those of the data. Give a whole batch, or \
      several.

      Columns of the table of tensors: \(TensorTable.keys.joined(separator: ", ")).

      EXAMPLES
        bnfold stats model.onnx
        bnfold stats model.onnx --filter 'layer1.*' --channels
        bnfold stats model.onnx --sort absmax --top 20 --columns name,absmax,q99,zeros
        bnfold stats model.onnx --input batch.npz --html report.html
      """)

  @Argument(
    help: "The model; - for stdin.", completion: .file(extensions: ["onnx"]))
  var model: String

  @Option(
    name: .customLong("input"),
    help: ArgumentHelp(
      "Data to run on: an .npz with an array for each input, or NAME=FILE with an .npy or an "
        + "ONNX TensorProto .pb. Each .npz is one batch; the others make one together.",
      valueName: "file"),
    completion: .file(extensions: ["npz", "npy", "pb"]))
  var inputs: [String] = []

  @Option(help: ArgumentHelp("Threads; 0 for one on each processor.", valueName: "n"))
  var threads = 0

  @Flag(help: "Show every output channel of the tensors that are weights of layers.")
  var channels = false

  @OptionGroup(title: "TABLE")
  var rows: RowArguments

  @OptionGroup(title: "READING")
  var reading: ReadingArguments

  @OptionGroup(title: "REPORTING")
  var reporting: OutputArguments

  @OptionGroup(title: "REPORTING")
  var page: PageArguments

  mutating func validate() throws {
    guard (0...1024).contains(threads) else {
      throw ValidationError("--threads needs a number from 0 to 1024.")
    }
  }

  mutating func run() throws {
    let selection = try rows.selection(of: TensorTable.keys)
    var data = VerificationOptions(
      evaluation: EvaluationOptions(threads: threads, keepsConstants: inputs.count > 1))
    data.inputs = try InputFiles.read(inputs)
    let progress = ProgressLine(reporting)
    defer { progress.clear() }
    var report = try StatisticsPipeline(
      model: model, reading: reading.options, data: data
    ).run { progress.show($0) }
    progress.clear()
    report.selection = selection
    report.showsChannels = channels
    report.tellsTiming = reporting.timing
    try Console.write(report, reporting, page, outputIsData: false)
  }
}
