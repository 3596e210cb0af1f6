internal import ArgumentParser
internal import ModelPipeline

/// The samples that statistics are estimated from.
struct CalibrationDataArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Samples along the first axis: an .npz with an array for each input; an .npy, an IDX file "
        + "(.gz too) or a folder of PNG and JPEG images for the only input; or NAME=FILE. Files of "
        + "one input go on from each other; may be repeated.",
      valueName: "file"),
    completion: .file(extensions: ["npz", "npy"]))
  var data: [String] = []

  @Option(
    name: .customLong("batch-size"),
    help: ArgumentHelp(
      "Samples of a mini-batch (default: what the model insists on, else 32).", valueName: "n"))
  var batchSize: Int?

  @Option(
    help: ArgumentHelp(
      "Samples of a block, the unit that shards share out: a multiple of --batch-size (default: 8 "
        + "mini-batches). Like --batch-size it decides the last bits of the result.",
      valueName: "n"))
  var block: Int?

  @Option(help: ArgumentHelp("Take only the first samples.", valueName: "n"))
  var samples: Int?

  mutating func validate() throws {
    guard !data.isEmpty else { throw ValidationError("--data is missing.") }
    for (name, number) in [("batch-size", batchSize), ("block", block), ("samples", samples)] {
      guard let number else { continue }
      guard (1...1_000_000_000).contains(number) else {
        throw ValidationError("--\(name) needs a number from 1 to 1000000000.")
      }
    }
  }

  /// Fills in what the data is.
  func apply(to request: inout CalibrationRequest) {
    request.batchSize = batchSize
    request.blockSize = block
    request.samples = samples
  }
}
