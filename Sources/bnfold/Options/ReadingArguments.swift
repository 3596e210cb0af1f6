internal import ArgumentParser
internal import DarknetFormat
internal import ModelFormats
internal import ModelPipeline

/// What a command may read.
struct ReadingArguments: ParsableArguments {
  @Option(
    name: .customLong("allow-symlinks"),
    help: ArgumentHelp(
      "Let symbolic links to external data lead into this folder.", valueName: "folder"),
    completion: .directory)
  var symlinkFolders: [String] = []

  @Flag(
    name: .customLong("force-ir"), help: "Read IR versions that are not known.")
  var allowsUnknownVersions = false

  @OptionGroup var weightFiles: WeightFileArguments

  @Option(
    help: ArgumentHelp(
      "The weights of a Darknet .cfg; else those of the same name beside it.", valueName: "file"),
    completion: .file(extensions: ["weights"]))
  var weights: String?

  @Option(
    name: .customLong("darknet-bn"),
    help: ArgumentHelp(
      "What Darknet's batch normalization adds to the variance: alexeyab (1e-5), pjreddie-cpu "
        + "(1e-6 to its root), pjreddie-gpu (1e-5), opencv (1e-6).", valueName: "implementation"),
    transform: Choice.named)
  var darknetNormalization = DarknetOptions.Normalization.alexeyab

  @Flag(
    name: .customLong("allow-partial"),
    help: "Take Darknet weights that end before the last layer; the model ends there too.")
  var allowsPartial = false

  @Flag(
    name: .customLong("decode"),
    help: "Let Darknet's heads give boxes instead of what they read.")
  var decodes = false

  var options: ReadOptions {
    var options = ReadOptions()
    options.symlinkFolders = symlinkFolders
    options.allowsUnknownVersions = allowsUnknownVersions
    options.settings.pairing = weightFiles.settings
    options.settings.darknet.weights = weights
    options.settings.darknet.normalization = darknetNormalization
    options.settings.darknet.allowsPartial = allowsPartial
    options.settings.darknet.decodes = decodes
    return options
  }
}
