internal import ArgumentParser
internal import ModelIR
internal import ModelPipeline
internal import ModelReports

/// `bnfold replace`: other numbers in a model.
struct ReplaceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replace",
    abstract: "Put tensors of a file into a model, in place of those of the same names.",
    discussion: """
      Every tensor of the file has to be in the model, with the same shape. Nothing else changes.

      EXAMPLES
        bnfold replace model.onnx weights.npz -o out.onnx
        bnfold replace model.onnx w.safetensors -o out.onnx --tensors 'head.*'
      """)

  @Argument(help: "The model; - for stdin.", completion: .file(extensions: ["onnx"]))
  var model: String

  @Argument(
    help: "The tensors: .npz, .safetensors, or another model.",
    completion: .file(extensions: ["npz", "safetensors", "onnx"]))
  var source: String

  @Option(
    name: .shortAndLong, help: "Where the model goes; - for stdout.",
    completion: .file(extensions: ["onnx"]))
  var output: String

  @Option(
    help: ArgumentHelp(
      "Take only tensors whose names match, as shells match; may be repeated.",
      valueName: "pattern"))
  var tensors: [String] = []

  @Flag(name: .customLong("no-sync"), help: "Do not wait until the disk has the output.")
  var noSync = false

  @OptionGroup(title: "READING")
  var reading: ReadingArguments

  @OptionGroup(title: "REPORTING")
  var reporting: OutputArguments

  mutating func validate() throws {
    if reporting.json && output == "-" {
      throw ValidationError("--json and '-o -' both want stdout.")
    }
    if model == "-" && source == "-" {
      throw ValidationError("Only one of the files can come from stdin.")
    }
  }

  mutating func run() throws {
    var pipeline = ReplacementPipeline(model: model, tensors: source, output: output)
    pipeline.patterns = tensors.map { NamePattern($0) }
    pipeline.reading = reading.options
    pipeline.synchronizes = !noSync
    let progress = ProgressLine(reporting)
    defer { progress.clear() }
    var report = try pipeline.run { progress.show($0) }
    progress.clear()
    report.tellsTiming = reporting.timing
    try Console.write(report, reporting, outputIsData: output == "-")
  }
}
