internal import ArgumentParser
internal import ModelPipeline
internal import ModelVerification

/// What another runtime recorded, and how far it may be off.
struct RecordingArguments: ParsableArguments {
  @Option(
    name: .customLong("expected"),
    help: ArgumentHelp(
      "What another runtime made of --input: an .npz with an array for each output, or any other "
        + "value of the model, or NAME=FILE with an .npy or an ONNX TensorProto .pb. It is compared "
        + "with the first model; each .npz belongs to the --input of the same position.",
      valueName: "file"),
    completion: .file(extensions: ["npz", "npy", "pb"]))
  var expected: [String] = []

  @Option(
    name: .customLong("rtol"),
    help: ArgumentHelp(
      "Relative tolerance of --expected, for all values (default: 1e-3) or one.",
      valueName: "[name:]x"))
  var relative: [NamedTolerance] = []

  @Option(
    name: .customLong("atol"),
    help: ArgumentHelp(
      "Absolute tolerance of --expected, for all values (default: 1e-5) or one.",
      valueName: "[name:]x"))
  var absolute: [NamedTolerance] = []

  mutating func validate() throws {
    guard expected.isEmpty, !relative.isEmpty || !absolute.isEmpty else { return }
    throw ValidationError(
      "--rtol and --atol are tolerances of --expected; two models are compared without any.")
  }

  /// The same for the verifier; reads the files.
  func apply(to options: inout VerificationOptions) throws {
    options.expected = try InputFiles.read(expected)
    for tolerance in relative {
      if let name = tolerance.name {
        options.tolerances.relativeByName[name] = tolerance.value
      } else {
        options.tolerances.relative = tolerance.value
      }
    }
    for tolerance in absolute {
      if let name = tolerance.name {
        options.tolerances.absoluteByName[name] = tolerance.value
      } else {
        options.tolerances.absolute = tolerance.value
      }
    }
  }
}
