internal import ArgumentParser
internal import ByteStore

/// Where the program starts, and the one place where errors become exit codes.
@main
enum Program {
  static func main() {
    TemporaryFiles.removeOnSignals()
    ProcessMemory.keepFreedBlocks()
    do {
      var command = try CommandLineParser.command(for: Array(CommandLine.arguments.dropFirst()))
      try command.run()
    } catch {
      guard let status = ExitStatus(of: error) else { BnfoldCommand.exit(withError: error) }
      StandardStreams.writeError("bnfold: \(ErrorLine.text(error))\n")
      BnfoldCommand.exit(withError: ExitCode(status.rawValue))
    }
  }
}
