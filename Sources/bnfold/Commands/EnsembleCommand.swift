internal import ArgumentParser
internal import ModelPipeline
internal import ModelReports

/// `bnfold ensemble`: several networks as one that averages their class probabilities.
struct EnsembleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ensemble",
    abstract: "Join networks into one that averages their class probabilities.",
    discussion: """
      All members are fed the same input, and what they make is averaged with equal weights. They \
      need the same inputs, outputs and operator sets; with one input or output, its name may \
      differ. Names inside become member1/..., member2/... An output that does not come from a \
      Softmax may be no probabilities: --softmax says along which axis its classes lie.

      What was written is run beside its members, in Double, and must be their mean.

      EXAMPLES
        bnfold ensemble a.onnx b.onnx c.onnx -o ensemble.onnx
        bnfold ensemble a.onnx b.onnx -o ensemble.onnx --softmax -1
      """)

  @Argument(help: "The members: two ONNX models or more.", completion: .file(extensions: ["onnx"]))
  var models: [String]

  @Option(
    name: .shortAndLong, help: "Where the ensemble goes; - for stdout.",
    completion: .file(extensions: ["onnx"]))
  var output: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Take the Softmax along this axis of outputs that do not come from one; negative axes count "
        + "from the last.",
      valueName: "axis"))
  var softmax: Int?

  @Flag(name: .customLong("no-sync"), help: "Do not wait until the disk has the output.")
  var noSync = false

  @OptionGroup(title: "READING")
  var reading: ReadingArguments

  @OptionGroup(title: "REPORTING")
  var reporting: OutputArguments

  mutating func validate() throws {
    guard models.count > 1 else {
      throw ValidationError("An ensemble has two members or more.")
    }
    guard models.count(where: { $0 == "-" }) < 2 else {
      throw ValidationError("Only one member can come from stdin.")
    }
    if reporting.json && output == "-" {
      throw ValidationError("--json and '-o -' both want stdout.")
    }
  }

  mutating func run() throws {
    let progress = ProgressLine(reporting)
    defer { progress.clear() }
    var pipeline = EnsemblePipeline(inputs: models, output: output)
    pipeline.softmaxAxis = softmax
    pipeline.reading = reading.options
    pipeline.synchronizes = !noSync
    var report = try pipeline.run { progress.show($0) }
    progress.clear()
    report.tellsTiming = reporting.timing
    try Console.write(report, reporting, outputIsData: output == "-")
  }
}
