internal import ArgumentParser
internal import ByteStore
internal import ModelFormats

/// Where the program starts.
@main
enum Program {
  static func main() {
    TemporaryFiles.removeOnSignals()
    do {
      var command = try ExperimentCommand.parseAsRoot()
      try command.run()
    } catch let error as FileAccessError {
      StandardStreams.writeError("bn-experiment: \(error)\n")
      ExperimentCommand.exit(withError: ExitCode(error.operation == "open" ? 66 : 73))
    } catch let error as FormatError {
      StandardStreams.writeError("bn-experiment: \(error)\n")
      ExperimentCommand.exit(withError: ExitCode(65))
    } catch {
      ExperimentCommand.exit(withError: error)
    }
  }
}

/// The command line.
struct ExperimentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bn-experiment",
    abstract: "Trains small networks with and without batch normalization, and folds them.",
    discussion: """
      The experiments of Ioffe and Szegedy, arXiv 1502.03167, on digits that it draws itself or on \
      MNIST's files. docs/experiment.md has the figures of a run.
      """,
    subcommands: [RunCommand.self, SamplesCommand.self], defaultSubcommand: RunCommand.self)
}
