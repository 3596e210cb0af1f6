internal import ArgumentParser
internal import ModelCalibration
internal import ModelPipeline
internal import ModelReports

/// `bnfold calibrate merge`: parts of several processes become one model.
struct CalibrateMergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Join the parts of shards and store the statistics.",
    discussion: """
      Every block has to be in one part at least; where it is in several they must agree. The \
      result has the same bytes however blocks are spread over parts, in whatever order they are \
      named.

      EXAMPLES
        bnfold calibrate merge part-*.safetensors --model model.onnx -o calibrated.onnx
        bnfold calibrate merge p1 p2 --model model.onnx --estimator paper -o out.onnx
        bnfold calibrate merge p1 p2 --model m.onnx --data test.npz --labels y.npy -o out.onnx
      """)

  @Argument(
    help: "The parts that shards wrote.", completion: .file(extensions: ["safetensors"]))
  var parts: [String]

  @Option(help: "The model that they are of.", completion: .file(extensions: ["onnx"]))
  var model: String

  @Option(
    name: .shortAndLong, help: "Where the model goes; - for stdout.",
    completion: .file(extensions: ["onnx"]))
  var output: String

  @Option(
    help: ArgumentHelp(
      "How variances are estimated: population or paper.", valueName: "estimator"),
    transform: Choice.named)
  var estimator = VarianceEstimator.population

  @Option(
    help: ArgumentHelp(
      "Samples to tell the accuracy on, with --labels: as for 'calibrate run'.",
      valueName: "file"))
  var data: [String] = []

  @OptionGroup(title: "DATA")
  var labels: LabelArguments

  @OptionGroup(title: "IMAGES AND OTHER BYTES")
  var images: ImageArguments

  @Option(help: ArgumentHelp("Threads; 0 for one on each processor.", valueName: "n"))
  var threads = 0

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
    if data.isEmpty != (labels.labels == nil) {
      throw ValidationError("--data and --labels go together.")
    }
    guard (0...1024).contains(threads) else {
      throw ValidationError("--threads needs a number from 0 to 1024.")
    }
  }

  mutating func run() throws {
    var request = CalibrationRequest(model: model, output: output, data: data)
    labels.apply(to: &request)
    request.images = images.settings
    request.estimator = estimator
    request.threads = threads
    request.reading = reading.options
    request.synchronizes = !noSync
    let progress = ProgressLine(reporting)
    defer { progress.clear() }
    var report = try MergePipeline(parts, into: request).run { progress.show($0) }
    progress.clear()
    report.tellsTiming = reporting.timing
    try Console.write(report, reporting, outputIsData: output == "-")
  }
}
