internal import ArgumentParser
internal import ModelPipeline

/// What the right answers are.
struct LabelArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The class of each sample, to tell the accuracy before and after: whole numbers in an .npy or "
        + "IDX file, or 'folders' for the places of images' folders in the alphabet.",
      valueName: "file"),
    completion: .file(extensions: ["npy", "npz"]))
  var labels: String?

  @Option(
    help: ArgumentHelp(
      "The output with a score for each class, where there are several.", valueName: "output"))
  var scores: String?

  /// Fills in what the answers are.
  func apply(to request: inout CalibrationRequest) {
    request.labels = labels
    request.scores = scores
  }
}
