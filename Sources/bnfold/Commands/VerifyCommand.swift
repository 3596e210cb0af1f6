internal import ArgumentParser
internal import ModelPipeline
internal import ModelReports
internal import ModelVerification

/// `bnfold verify`: tells whether two models compute the same, or one what another runtime did.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Compare two models: do they compute the same thing?",
    discussion: """
      The first model is right by definition. Exit 0 when nothing differs, 1 when something does. \
      Two models are compared without any tolerance. --expected compares the first one, in double \
      precision, with what another runtime or a device made of the same input: outputs or any other \
      values, to atol + rtol·|expected|. The second model may then be left out.

      EXAMPLES
        bnfold verify model.onnx model.folded.onnx
        bnfold verify model.onnx slim.onnx --shape image=1,3,640,640 --thorough
        bnfold verify model.onnx other.onnx --input x.npz --json
        bnfold verify model.onnx --input x.npz --expected npu.npz --rtol 1e-2 --atol conv7:0.05
      """)

  @Argument(
    help: "The model that is right; - for stdin.", completion: .file(extensions: ["onnx"]))
  var original: String

  @Argument(
    help: "The model to compare with it; may be left out with --expected.",
    completion: .file(extensions: ["onnx"]))
  var written: String?

  @Flag(
    name: .customLong("assume-constant"),
    help: "Take initializers that a caller may override as what is stored.")
  var assumeConstant = false

  @OptionGroup(title: "VERIFICATION")
  var samples: SampleArguments

  @OptionGroup(title: "VERIFICATION")
  var thoroughness: ThoroughnessArguments

  @OptionGroup(title: "RECORDED NUMBERS")
  var recording: RecordingArguments

  @OptionGroup(title: "READING")
  var reading: ReadingArguments

  @OptionGroup(title: "REPORTING")
  var reporting: OutputArguments

  @OptionGroup(title: "REPORTING")
  var page: PageArguments

  @Flag(help: "Show all figures of every output and surviving value (--json always has them).")
  var figures = false

  mutating func validate() throws {
    guard written != nil || !recording.expected.isEmpty else {
      throw ValidationError(
        "Missing the model to compare with, or --expected: what another runtime recorded.")
    }
    guard original != "-" || written != "-" else {
      throw ValidationError("Only one of the models can come from stdin.")
    }
  }

  mutating func run() throws {
    var options = try samples.options()
    thoroughness.apply(to: &options)
    try recording.apply(to: &options)
    options.assumesConstantDefaults = assumeConstant
    let progress = ProgressLine(reporting)
    defer { progress.clear() }
    var report = try ComparisonPipeline(
      original: original, written: written, reading: reading.options, verification: options,
      collectsDetails: page.isWanted
    ).run { progress.show($0) }
    progress.clear()
    report.tellsTiming = reporting.timing
    report.showsFigures = figures
    try Console.write(report, reporting, page, outputIsData: false)
    if report.verification.verdict == .failed {
      throw ExitCode(ExitStatus.different.rawValue)
    }
  }
}
