internal import ArgumentParser

/// Finds the command that the arguments ask for.
enum CommandLineParser {
  /// The command, ready to run.
  ///
  /// Parsed from the root, a command's arguments are described four times over: with what belongs
  /// to it a fifth of the work of a small fold (measured with swift-argument-parser 1.8.2). So a
  /// subcommand that is named first is asked straight away, and the root only where that does not
  /// end in a command of this type: help, usage, completions and errors are told by the root alone.
  static func command(for arguments: [String]) throws -> any ParsableCommand {
    if let name = arguments.first,
      let subcommand = BnfoldCommand.configuration.subcommands.first(where: {
        $0.configuration.commandName == name
      }), subcommand.configuration.subcommands.isEmpty,
      let command = try? subcommand.parseAsRoot(Array(arguments.dropFirst())),
      type(of: command) == subcommand
    {
      return command
    }
    return try BnfoldCommand.parseAsRoot(arguments)
  }
}
