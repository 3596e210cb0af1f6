internal import ArgumentParser
internal import BatchNormalizationTraining
internal import ByteStore
internal import ModelReports

/// All experiments, or some of them.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Train, measure, export, fold, verify; write a page, numbers and models.",
    discussion: """
      Writes report.html (charts), report.json and curves.csv (numbers), and mlp and cnn as .onnx \
      and .safetensors, each also folded. Exits 1 where a folded network is not verified or \
      decides otherwise than before.
      """)

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where everything is written.", valueName: "folder"))
  var output: String

  @Option(
    help: ArgumentHelp("What to do: sigmoid, rates, networks. Default: all.", valueName: "part"))
  var only: [PartName] = []

  @Option(
    help: ArgumentHelp(
      "A folder with MNIST's four IDX files, plain or .gz. Default: digits drawn now.",
      valueName: "folder"))
  var data: String?

  @Option(help: "Steps of each training.")
  var steps = ExperimentOptions().steps

  @Option(help: "Steps of the networks that are exported.")
  var exportedSteps = ExperimentOptions().exportedSteps

  @Option(help: "Samples of a mini-batch.")
  var batch = ExperimentOptions().batch

  @Option(help: "The learning rate of the sigmoid networks.")
  var sigmoidRate = ExperimentOptions().sigmoidRate

  @Option(help: "The baseline's learning rate in the comparison of rates.")
  var baseRate = ExperimentOptions().baseRate

  @Option(help: "What learning rates have been multiplied by in the end, exponentially.")
  var decay = ExperimentOptions().decay

  @Option(help: "The factor of half the squared weights in the loss.")
  var l2 = ExperimentOptions().l2

  @Option(help: "The probability with which hidden activations are dropped in training.")
  var dropout = ExperimentOptions().dropout

  @Option(help: "The standard deviation of initial weights. Default: sqrt(2 / inputs).")
  var deviation: Double?

  @Option(help: "Units of each hidden layer.")
  var width = ExperimentOptions().width

  @Option(help: "How many digits are drawn to train with.")
  var trainingDigits = 30_000

  @Option(help: "How many digits are drawn to test with.")
  var testDigits = 5_000

  @Option(help: "How many times accuracy is measured in each training.")
  var evaluations = ExperimentOptions().evaluations

  @Option(help: "Where random numbers begin.")
  var seed: UInt64 = 1

  @Option(help: "How many networks are trained at once.")
  var jobs = ExperimentOptions().jobs

  @Flag(help: "Print the JSON object instead of text.")
  var json = false

  @Flag(help: "Tell nothing on the way.")
  var quiet = false

  func validate() throws {
    func check(_ isFine: Bool, _ text: String) throws {
      guard isFine else { throw ValidationError(text) }
    }
    try check(steps > 0 && exportedSteps > 0, "--steps and --exported-steps must be above 0")
    try check((2...10_000).contains(batch), "--batch must be from 2 to 10000")
    try check(
      [sigmoidRate, baseRate, decay].allSatisfy { $0 > 0 && $0.isFinite },
      "--sigmoid-rate, --base-rate and --decay must be above 0")
    try check(l2 >= 0 && l2.isFinite, "--l2 must not be negative")
    try check((0..<1).contains(dropout), "--dropout must be from 0 to below 1")
    try check(deviation.map { $0 > 0 && $0.isFinite } ?? true, "--deviation must be above 0")
    try check((1...10_000).contains(width), "--width must be from 1 to 10000")
    try check((1...64).contains(jobs), "--jobs must be from 1 to 64")
    try check((1...100_000).contains(evaluations), "--evaluations must be from 1 to 100000")
    try check(
      (batch...1_000_000).contains(trainingDigits) && (1...1_000_000).contains(testDigits),
      "--training-digits must be from the batch to 1000000, --test-digits from 1 to 1000000")
  }

  mutating func run() throws {
    let digits =
      try data.map { try DigitCollection.read(folder: $0) }
      ?? DigitCollection.drawn(training: trainingDigits, test: testDigits, seed: seed)
    guard digits.counts.training >= batch else {
      throw ValidationError("\(digits.counts.training) samples are less than a batch of \(batch)")
    }
    try FolderTree.make(output)
    let parts = only.isEmpty ? Experiment.Part.allCases : only.map(\.part)
    let quiet = quiet
    let report = try Experiment(options, digits: digits).run(parts, writingTo: output) { line in
      if !quiet { StandardStreams.writeError(line + "\n") }
    }
    try Self.write(report.page.text, to: "\(output)/report.html")
    try Self.write(report.json.text, to: "\(output)/report.json")
    try Self.write(report.table, to: "\(output)/curves.csv")
    try StandardStreams.writeOutput(
      json ? report.json.text : report.text(TextStyle(isUnicode: true, width: 100)))
    guard report.holds else { throw ExitCode(1) }
  }

  private var options: ExperimentOptions {
    var options = ExperimentOptions()
    options.steps = steps
    options.exportedSteps = exportedSteps
    options.batch = batch
    options.sigmoidRate = sigmoidRate
    options.baseRate = baseRate
    options.decay = decay
    options.l2 = l2
    options.dropout = dropout
    options.deviation = deviation
    options.width = width
    options.evaluations = min(evaluations, steps)
    options.seed = seed
    options.jobs = jobs
    return options
  }

  private static func write(_ text: String, to path: String) throws {
    let files = try OutputFiles(model: path)
    try files.model.write(Array(text.utf8))
    try files.finish(sync: false)
    try files.commit()
  }
}

/// A part by its name on the command line.
struct PartName: ExpressibleByArgument {
  var part: Experiment.Part

  init?(argument: String) {
    guard let part = Experiment.Part(rawValue: argument) else { return nil }
    self.part = part
  }

  static var allValueStrings: [String] { Experiment.Part.allCases.map(\.rawValue) }
}
