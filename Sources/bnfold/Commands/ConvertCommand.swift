internal import ArgumentParser
internal import ModelIR
internal import ModelPipeline
internal import ModelReports
internal import ModelVerification

/// `bnfold convert`: from one format into another.
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Convert a model or its tensors into another format; tell what is lost.",
    discussion: """
      What the input is shows in its content, what the output is in its name or in --to. A model \
      that is written is read back and compared with the input.

      EXAMPLES
        bnfold convert yolov4.cfg yolov4.onnx              Darknet to ONNX
        bnfold convert yolov4.onnx yolov4.cfg              and back; yolov4.weights too
        bnfold convert model.onnx weights.npz              all tensors
        bnfold convert model.onnx w.safetensors --tensors 'layer1.*'
        bnfold convert weights.safetensors weights.npz
        bnfold convert model.onnx - --to npz > weights.npz
      """)

  @Argument(help: "The file to read; - for stdin.", completion: .file())
  var input: String

  @Argument(help: "Where the result goes; - for stdout.", completion: .file())
  var output: String

  @Option(
    name: .customLong("to"), help: "The format of the result: onnx, darknet, safetensors, npz.",
    transform: Self.target)
  var target: ConversionRequest.Target?

  @Option(
    help: ArgumentHelp(
      "Take only tensors whose names match, as shells match; may be repeated.",
      valueName: "pattern"))
  var tensors: [String] = []

  @Flag(name: .customLong("no-verify"), help: "Do not compare the written model with the input.")
  var noVerify = false

  @Flag(name: .customLong("no-sync"), help: "Do not wait until the disk has the output.")
  var noSync = false

  @OptionGroup(title: "READING")
  var reading: ReadingArguments

  @OptionGroup(title: "REPORTING")
  var reporting: OutputArguments

  private static func target(_ text: String) throws -> ConversionRequest.Target {
    guard let found = ConversionRequest.Target(rawValue: text) else {
      let all = ConversionRequest.Target.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("'\(text)' is none of \(all).")
    }
    return found
  }

  mutating func validate() throws {
    if reporting.json && output == "-" {
      throw ValidationError("--json and '-' as output both want stdout.")
    }
  }

  mutating func run() throws {
    var request = ConversionRequest(input: input, output: output)
    request.target = target
    request.tensors = tensors.map { NamePattern($0) }
    request.reading = reading.options
    request.synchronizes = !noSync
    if noVerify { request.verification = nil }
    let progress = ProgressLine(reporting)
    defer { progress.clear() }
    var report = try ConversionPipeline(request).run { progress.show($0) }
    progress.clear()
    report.tellsTiming = reporting.timing
    try Console.write(report, reporting, outputIsData: output == "-")
  }
}
