internal import ArgumentParser
internal import ByteStore
internal import GraphEvaluation
internal import GraphTransforms
internal import ModelPipeline
internal import ModelReports
internal import ModelVerification

/// `bnfold fold`: the main job.
struct FoldCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fold",
    // Without it the parser looks for a request for completions first, by two parsers of its own:
    // CommandLineParser asks this command alone.
    _superCommandName: "bnfold",
    abstract: "Fold batch normalization, write the model, verify what was written.",
    discussion: """
      The output is written beside its final name, read back, compared with the input, and only \
      then renamed: a model that differs never appears. Input and output may be the same path.

      EXAMPLES
        bnfold fold model.onnx -o folded.onnx
        bnfold fold model.onnx -o model.onnx --explain     in place, in detail
        bnfold fold model.onnx --dry-run                   what would be done
        bnfold fold model.onnx --plan > plan.json          the same, to be edited
        bnfold fold model.onnx -o out.onnx --apply plan.json
        bnfold fold model.onnx -o out.onnx --skip 'head.*' without some
        bnfold fold model.onnx -o out.onnx --input x.npz   verify on your numbers
        bnfold fold model.onnx -o out.onnx --html report.html
        bnfold fold model.onnx -o out.onnx --require-all   exit 1 if a BN stays
        bnfold fold weights.safetensors -o out.safetensors
        bnfold fold yolov4.cfg -o folded.cfg               Darknet; folded.weights too
        bnfold fold models -o folded --jobs 4              every model below a folder
        bnfold fold - -o - < model.onnx > folded.onnx      in a pipe
      """)

  @Argument(
    help: "The model, or a folder of models; - for stdin.",
    completion: .file(extensions: ["onnx", "safetensors", "cfg"]))
  var model: String

  @Option(
    name: .shortAndLong,
    help: "Where the folded model goes, or a folder for folded models; - for stdout.",
    completion: .file(extensions: ["onnx", "safetensors", "cfg"]))
  var output: String?

  @Flag(help: "Tell what became of every site, not only of those that are kept.")
  var explain = false

  @Flag(
    help: "Write nothing; print the plan as JSON, for --apply. Change \"fold\" to \"keep\" at will."
  )
  var plan = false

  @Flag(name: .customLong("dry-run"), help: "Write nothing; only tell what would be done.")
  var dryRun = false

  @Flag(name: .customLong("no-verify"), help: "Do not compare the written model with the input.")
  var noVerify = false

  @Flag(name: .customLong("no-sync"), help: "Do not wait until the disk has the output.")
  var noSync = false

  @Flag(
    name: .customLong("keep-failed"),
    help: "Write the output even if something fails, for study; the exit code is still 1.")
  var keepFailed = false

  @Flag(
    name: .customLong("require-all"), help: "Exit 1, without output, if any BN is kept.")
  var requireAll = false

  @Option(
    name: .customLong("max-kept"),
    help: ArgumentHelp("Exit 1, without output, if more BNs are kept.", valueName: "n"))
  var maximumKept: Int?

  @Option(
    help: ArgumentHelp(
      "Fold what a plan of --plan folds, and nothing else; a plan that does not fit the model "
        + "is an error.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var apply: String?

  @OptionGroup(title: "FOLDING")
  var folding: FoldingArguments

  @Flag(
    help: ArgumentHelp(
      "Remove what is not needed for the same numbers too.",
      discussion: """
        Constant parts are computed, known shapes become constants; identities, no-ops, pairs that \
        undo each other, duplicates and unused nodes go. Inputs and outputs stay as they are.
        """))
  var simplify = false

  @OptionGroup(title: "MANY MODELS")
  var batch: BatchArguments

  @OptionGroup(title: "VERIFICATION")
  var samples: SampleArguments

  @OptionGroup(title: "VERIFICATION")
  var thoroughness: ThoroughnessArguments

  @Flag(
    name: .customLong("keep-identity"),
    help: "Keep folded normalizations of a weight file as identities, for code that loads strictly."
  )
  var keepsIdentity = false

  @OptionGroup(title: "READING")
  var reading: ReadingArguments

  @OptionGroup(title: "REPORTING")
  var reporting: OutputArguments

  @OptionGroup(title: "REPORTING")
  var page: PageArguments

  mutating func validate() throws {
    guard isDry || output != nil else {
      throw ValidationError("Missing '-o <output>': where the folded model goes.")
    }
    if plan && dryRun { throw ValidationError("--plan and --dry-run exclude each other.") }
    if let maximumKept, maximumKept < 0 {
      throw ValidationError("--max-kept needs a number from 0.")
    }
    if page.html == "-" && (plan || (output == "-" && !isDry)) {
      throw ValidationError("'--html -' wants stdout, and something else does too.")
    }
    if reporting.json && output == "-" && !isDry {
      throw ValidationError("--json and '-o -' both want stdout.")
    }
  }

  mutating func run() throws {
    let request = try request()
    if let output, FolderTree.isFolder(model) {
      return try runBatch(of: request, output)
    }
    let progress = ProgressLine(reporting)
    defer { progress.clear() }
    var report = try FoldPipeline(request).run { progress.show($0) }
    progress.clear()
    report.explains = explain
    report.tellsTiming = reporting.timing
    if plan {
      try Console.write(
        PlanReport(report, options: request.folding), reporting, outputIsData: false)
    } else {
      try Console.write(report, reporting, page, outputIsData: output == "-" && !isDry)
    }
    if report.hasFailed { throw ExitCode(ExitStatus.different.rawValue) }
  }

  /// Folds every model below a folder: a line for each, as it is done.
  private func runBatch(of request: FoldRequest, _ output: String) throws {
    if output == "-" || apply != nil {
      throw ValidationError("A folder of models goes to a folder, without --apply.")
    }
    var batch = BatchRequest(
      input: model.withoutLastSlash, output: output.withoutLastSlash, fold: request,
      jobs: self.batch.workers, memory: self.batch.memory.bytes)
    batch.results = self.batch.results
    batch.resumes = self.batch.resume
    if samples.threads == 0 {
      batch.fold.verification?.evaluation.threads = max(
        1, ProcessFacts.processors / batch.jobs)
    }
    let failures = try BatchPipeline(batch) { error in
      (ExitStatus(of: error)?.rawValue ?? ExitStatus.bug.rawValue, ErrorLine.text(error))
    }.run { [reporting] report in
      try Console.write(report, reporting)
    }
    if failures > 0 { throw ExitCode(ExitStatus.different.rawValue) }
  }

  private var isDry: Bool { plan || dryRun }

  private func request() throws -> FoldRequest {
    var request = FoldRequest(input: model, output: isDry ? nil : output)
    request.reading = reading.options
    request.reading.settings.pairing.keepsIdentity = keepsIdentity
    request.folding = folding.options
    request.folding.simplifies = simplify
    request.countsSimplifications = explain || isDry
    request.edits = folding.edits
    request.plan = apply
    if noVerify || isDry {
      request.verification = nil
    } else {
      var verification = try samples.options()
      thoroughness.apply(to: &verification)
      verification.assumesConstantDefaults = folding.assumeConstantInputs
      request.verification = verification
    }
    request.collectsDetails = page.isWanted && !plan
    request.synchronizes = !noSync
    request.keepsFailed = keepFailed
    request.maximumKept = requireAll ? 0 : maximumKept
    return request
  }
}

extension String {
  /// A path as it is without slashes at its end; the root stays.
  fileprivate var withoutLastSlash: String {
    var path = self
    while path.count > 1, path.last == "/" { path.removeLast() }
    return path
  }
}
