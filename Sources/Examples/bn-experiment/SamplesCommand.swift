internal import ArgumentParser
internal import BatchNormalizationTraining
internal import ByteStore

/// Trains the models of samples/ whose statistics are real.
struct SamplesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "samples",
    abstract: "Train and write digits-mlp.onnx and digits-cnn.onnx with inputs.")

  @Argument(help: "The folder they are written to.")
  var folder: String

  func run() throws {
    try FolderTree.make(folder)
    for line in try ExperimentSamples.write(
      to: folder,
      progress: { line in
        StandardStreams.writeError(line + "\n")
      })
    {
      try StandardStreams.writeOutput(line + "\n")
    }
  }
}
