internal import ArgumentParser
internal import GraphEvaluation
internal import ModelPipeline
internal import ModelVerification

/// What models run on.
struct SampleArguments: ParsableArguments {
  @Option(
    name: .customLong("input"),
    help: ArgumentHelp(
      "Numbers to run on: an .npz with an array for each input, or NAME=FILE with an .npy or "
        + "an ONNX TensorProto .pb. Each .npz is one sample; the others make one together.",
      valueName: "file"),
    completion: .file(extensions: ["npz", "npy", "pb"]))
  var inputs: [String] = []

  @Option(
    help: ArgumentHelp("Make up this many samples where no input is given.", valueName: "n"))
  var samples = 1

  @Option(help: ArgumentHelp("The seed of made-up samples.", valueName: "n"))
  var seed: UInt64 = 1

  @Option(
    name: .customLong("shape"),
    help: ArgumentHelp(
      "The extents of an input where the model leaves them open.", valueName: "name=1,3,224,224"))
  var shapes: [NamedShape] = []

  @Option(
    name: .customLong("input-range"),
    help: ArgumentHelp(
      "Uniform numbers for an input instead of normal ones.", valueName: "name=lo,hi"))
  var ranges: [NamedRange] = []

  @Option(help: ArgumentHelp("Threads; 0 for one on each processor.", valueName: "n"))
  var threads = 0

  mutating func validate() throws {
    guard (1...1_000_000).contains(samples) else {
      throw ValidationError("--samples needs a number from 1 to 1000000.")
    }
    guard (0...1024).contains(threads) else {
      throw ValidationError("--threads needs a number from 0 to 1024.")
    }
  }

  /// The same for the verifier; reads the files.
  func options() throws -> VerificationOptions {
    var options = VerificationOptions(
      evaluation: EvaluationOptions(threads: threads, keepsConstants: false))
    options.inputs = try InputFiles.read(inputs)
    options.samples = samples
    options.seed = seed
    options.shapes = Dictionary(
      shapes.map { ($0.name, $0.extents) }, uniquingKeysWith: { _, last in last })
    options.inputRanges = Dictionary(
      ranges.map { ($0.name, $0.range) }, uniquingKeysWith: { _, last in last })
    return options
  }
}
