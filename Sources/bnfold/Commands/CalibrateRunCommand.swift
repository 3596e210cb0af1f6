internal import ArgumentParser
internal import ModelCalibration
internal import ModelIR
internal import ModelPipeline
internal import ModelReports

/// `bnfold calibrate MODEL`, in full `bnfold calibrate run MODEL`.
struct CalibrateRunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Estimate statistics from samples and store them (what 'calibrate MODEL' does).",
    discussion: """
      Every batch normalization in inference mode gets the mean of what it reads, and the variance: \
      of all numbers (--estimator population), or the paper's m/(m-1) times the mean of the \
      mini-batches' variances (--estimator paper), m numbers of a channel in a mini-batch. \
      Meanwhile the layers before it see the statistics of the mini-batch, as in training \
      (--forward batch), or those that were estimated for them (--forward running, one pass for \
      each depth). A last mini-batch that is shorter counts by its size.

      Images are scaled, cut and normalized as most pipelines do: --resize 256 for the shorter side, \
      the middle of the input's size, then (byte · 1/255 - mean) / std.

      EXAMPLES
        bnfold calibrate model.onnx --data photos/ --resize 256 --mean 0.485,0.456,0.406 \\
          --std 0.229,0.224,0.225 --labels folders -o out.onnx
        bnfold calibrate mnist.onnx --data train-images-idx3-ubyte.gz -o out.onnx
        bnfold calibrate model.onnx --data a.npz --data b.npz -o out.onnx
        bnfold calibrate model.onnx --data x=images.npy --labels classes.npy -o out.onnx
        bnfold calibrate model.onnx --data train.npz --forward running --only 'layer4.*' -o out.onnx
        bnfold calibrate model.onnx --data train.npz --shard 2/7 -o part-2.safetensors
      """)

  @Argument(help: "The model; - for stdin.", completion: .file(extensions: ["onnx"]))
  var model: String

  @Option(
    name: .shortAndLong, help: "Where the model goes; - for stdout.",
    completion: .file(extensions: ["onnx"]))
  var output: String

  @OptionGroup(title: "DATA")
  var data: CalibrationDataArguments

  @OptionGroup(title: "DATA")
  var labels: LabelArguments

  @OptionGroup(title: "IMAGES AND OTHER BYTES")
  var images: ImageArguments

  @OptionGroup(title: "SHARDS")
  var shard: ShardArguments

  @Option(
    help: ArgumentHelp(
      "How variances are estimated: population or paper.", valueName: "estimator"),
    transform: Choice.named)
  var estimator = VarianceEstimator.population

  @Option(
    help: ArgumentHelp(
      "What goes into a batch normalization before its own statistics are known: batch or running.",
      valueName: "mode"),
    transform: Choice.named)
  var forward = ForwardMode.batch

  @Option(
    help: ArgumentHelp(
      "Only batch normalizations whose name matches: * stands for any characters, ? for one.",
      valueName: "pattern"))
  var only: [String] = []

  @Option(help: ArgumentHelp("No batch normalization whose name matches.", valueName: "pattern"))
  var skip: [String] = []

  @Flag(help: "Compute floats of every type in Double, without rounding in between.")
  var double = false

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
    if shard.shard != nil && output == "-" {
      throw ValidationError("A part is a file of its own: give -o a name.")
    }
    guard (0...1024).contains(threads) else {
      throw ValidationError("--threads needs a number from 0 to 1024.")
    }
  }

  mutating func run() throws {
    var request = CalibrationRequest(model: model, output: output, data: data.data)
    data.apply(to: &request)
    labels.apply(to: &request)
    request.images = images.settings
    request.estimator = estimator
    request.forward = forward
    request.only = only.map { NamePattern($0) }
    request.skip = skip.map { NamePattern($0) }
    request.computesInDouble = double
    request.threads = threads
    request.reading = reading.options
    request.synchronizes = !noSync
    let progress = ProgressLine(reporting)
    defer { progress.clear() }
    let chosen = try shard.chosen()
    var report =
      try chosen.map { try PartPipeline(request, shard: $0.shard).run { progress.show($0) } }
      ?? CalibrationPipeline(request).run { progress.show($0) }
    if let variable = chosen?.variable {
      report.notes.append("the shard is taken from \(variable)")
    }
    progress.clear()
    report.tellsTiming = reporting.timing
    try Console.write(report, reporting, outputIsData: output == "-")
  }
}
