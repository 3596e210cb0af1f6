internal import ArgumentParser
internal import ModelFormats

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

  var options: ReadOptions {
    var options = ReadOptions()
    options.symlinkFolders = symlinkFolders
    options.allowsUnknownVersions = allowsUnknownVersions
    return options
  }
}
