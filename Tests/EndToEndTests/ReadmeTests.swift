import Foundation
import TestSupport
import Testing

/// A command that README.md shows, and the lines it shows below it.
private struct ShownCommand {
  var arguments: [String]
  var output: [Substring]

  /// All of the file, in order.
  static func all() throws -> [ShownCommand] {
    var result: [ShownCommand] = []
    var isOpen = false
    let text = try TestFiles.text("\(Samples.repository)/README.md")
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("    $ bnfold ") {
        let words = line.dropFirst("    $ bnfold ".count).split(separator: " ").map(String.init)
        result.append(ShownCommand(arguments: words, output: []))
        isOpen = true
      } else if isOpen, line.hasPrefix("    ") || line.isEmpty {
        result[result.count - 1].output.append(line.dropFirst(4))
      } else {
        isOpen = false
      }
    }
    return result
  }
}

/// The words of a text without numbers, which differ in their last digits from machine to machine.
private func words(_ text: String) -> [Substring] {
  text.split(whereSeparator: \.isWhitespace).filter { word in !word.contains(where: \.isNumber) }
}

@Test("The commands of README.md do what it shows")
func readmeCommands() throws {
  let folder = try ScratchFolder()
  try folder.link("samples", to: "\(Samples.repository)/samples")
  let commands = try ShownCommand.all()
  #expect(commands.count >= 5)
  for command in commands {
    let run = try CommandRun.bnfold(command.arguments, folder: folder.path)
    #expect(run.status == 0, "\(command.arguments): \(run.errors)")
    let shown = command.output.joined(separator: "\n")
    guard !words(shown).isEmpty else { continue }
    #expect(words(run.text) == words(shown), "README.md shows another output; it is\n\(run.text)")
  }
}
