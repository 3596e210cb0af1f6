internal import ArgumentParser
internal import ByteStore

/// How many models are folded.
struct BatchArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Models at once where the input is a folder; 0 for one on each processor.", valueName: "n"))
  var jobs = 0

  @Option(
    help: ArgumentHelp(
      "Memory that models in work may take together, by estimate: 4G, 500M.", valueName: "size"))
  var memory: ByteSize = ByteSize(bytes: 4 << 30)

  @Option(
    help: ArgumentHelp(
      "Append a line of JSON for each model to this file.", valueName: "file"))
  var results: String?

  @Flag(help: "Pass over models that --results has as done and that have not changed.")
  var resume = false

  mutating func validate() throws {
    guard (0...1024).contains(jobs) else {
      throw ValidationError("--jobs needs a number from 0 to 1024.")
    }
    if resume && results == nil { throw ValidationError("--resume needs --results.") }
  }

  /// Models at once.
  var workers: Int { jobs == 0 ? ProcessFacts.processors : jobs }
}
