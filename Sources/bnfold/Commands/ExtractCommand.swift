internal import ArgumentParser
internal import ModelPipeline
internal import ModelReports

/// `bnfold extract`: a part of a model as a model of its own.
struct ExtractCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "extract",
    abstract: "Cut a part out of a model, between values.",
    discussion: """
      The values after --from become inputs, those after --to outputs, with the types that follow \
      from the model. What no output needs is left out; functions, metadata and the form of \
      everything else stay. External data goes along into a new file.

      EXAMPLES
        bnfold extract model.onnx --from relu1 --to pool5 -o part.onnx
        bnfold extract model.onnx --to features -o backbone.onnx
        bnfold extract model.onnx --from tokens,mask --to logits -o head.onnx
      """)

  @Argument(help: "The model; - for stdin.", completion: .file(extensions: ["onnx"]))
  var model: String

  @Option(
    help: ArgumentHelp(
      "Values where the part begins; the model's inputs where none is given.",
      valueName: "name,..."))
  var from: [String] = []

  @Option(
    help: ArgumentHelp(
      "Values where the part ends; the model's outputs where none is given.",
      valueName: "name,..."))
  var to: [String] = []

  @Option(
    name: .shortAndLong, help: "Where the part goes; - for stdout.",
    completion: .file(extensions: ["onnx"]))
  var output: String

  @Flag(name: .customLong("no-sync"), help: "Do not wait until the disk has the output.")
  var noSync = false

  @OptionGroup(title: "READING")
  var reading: ReadingArguments

  @OptionGroup(title: "REPORTING")
  var reporting: OutputArguments

  mutating func validate() throws {
    guard !from.isEmpty || !to.isEmpty else {
      throw ValidationError("Missing '--from' or '--to': where the part begins or ends.")
    }
    if reporting.json && output == "-" {
      throw ValidationError("--json and '-o -' both want stdout.")
    }
  }

  mutating func run() throws {
    let progress = ProgressLine(reporting)
    defer { progress.clear() }
    var report = try ExtractionPipeline(
      input: model, output: output, from: Self.names(from), to: Self.names(to),
      reading: reading.options, synchronizes: !noSync
    ).run { progress.show($0) }
    progress.clear()
    report.tellsTiming = reporting.timing
    try Console.write(report, reporting, outputIsData: output == "-")
  }

  private static func names(_ lists: [String]) -> [String] {
    lists.flatMap { $0.split(separator: ",").map(String.init) }
  }
}
