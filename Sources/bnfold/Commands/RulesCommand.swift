internal import ArgumentParser
internal import ModelReports

/// `bnfold rules`: what `fold --rules` switches.
struct RulesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rules",
    abstract: "List the fold rules that can be switched on and off.",
    discussion: """
      EXAMPLES
        bnfold rules
        bnfold fold model.onnx -o out.onnx --rules all=off,conv=on
      """)

  @OptionGroup(title: "FOLDING")
  var folding: FoldingArguments

  @OptionGroup(title: "REPORTING")
  var reporting: OutputArguments

  mutating func run() throws {
    try Console.write(RulesReport(folding.options), reporting, outputIsData: false)
  }
}
