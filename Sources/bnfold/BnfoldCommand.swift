internal import ArgumentParser
internal import ModelPipeline

/// The command line: one subcommand for each job.
@main
struct BnfoldCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bnfold",
    abstract: "Folds batch normalization into the neighbouring layers and proves the result.",
    version: Version.string)
}
