internal import ArgumentParser
internal import ModelPipeline
internal import ModelReports
internal import ModelVerification

/// `bnfold run`: evaluate a model.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Evaluate a model.",
    discussion: """
      Inputs that are not given are made up from the seed. Without -o only a table is shown.

      EXAMPLES
        bnfold run model.onnx --input x.npz -o y.npz
        bnfold run model.onnx --input image=cat.npy --double -o y.npz
        bnfold run model.onnx --shape image=1,3,224,224 --seed 7
        bnfold run model.onnx --repeat 20 --threads 1       how fast it is here
      """)

  @Argument(
    help: "The model; - for stdin.", completion: .file(extensions: ["onnx"]))
  var model: String

  @Option(
    name: .shortAndLong, help: "Where the outputs go, as .npz; - for stdout.",
    completion: .file(extensions: ["npz"]))
  var output: String?

  @Flag(help: "Compute floats of every type in Double, without rounding in between.")
  var double = false

  @Option(
    name: .customLong("repeat"),
    help: ArgumentHelp(
      "Run this many times more, on the same inputs, and tell how long that took: the evaluation "
        + "alone, weights read and converted before.", valueName: "n"))
  var repeats = 0

  @OptionGroup(title: "INPUTS")
  var samples: SampleArguments

  @OptionGroup(title: "READING")
  var reading: ReadingArguments

  @OptionGroup(title: "REPORTING")
  var reporting: OutputArguments

  mutating func validate() throws {
    if reporting.json && output == "-" {
      throw ValidationError("--json and '-o -' both want stdout.")
    }
    guard samples.samples == 1 else { throw ValidationError("run takes one sample.") }
    guard (0...1_000_000).contains(repeats) else {
      throw ValidationError("--repeat needs a number from 0 to 1000000.")
    }
  }

  mutating func run() throws {
    let options = try samples.options()
    guard options.inputs.count <= 1 else {
      throw ValidationError("run takes one sample: one .npz, or NAME=FILE for each input.")
    }
    let progress = ProgressLine(reporting)
    defer { progress.clear() }
    var report = try EvaluationPipeline(
      model: model, output: output, reading: reading.options, samples: options,
      computesInDouble: double, repeats: repeats
    ).run { progress.show($0) }
    progress.clear()
    report.tellsTiming = reporting.timing
    try Console.write(report, reporting, outputIsData: output == "-")
  }
}
