import TestSupport
import Testing

/// A command that is named first is parsed without the root's help; what is said about it, and how
/// it ends, is the same by either way.
@Suite("The command line")
struct CommandLineTests {
  private static let commands = [
    "fold", "verify", "inspect", "stats", "diff", "lint", "explain", "rules", "run", "convert",
    "replace", "extract", "ensemble",
  ]

  private func run(_ arguments: String...) throws -> CommandRun {
    try CommandRun.bnfold(arguments)
  }

  @Test(arguments: commands)
  func help(command: String) throws {
    let asked = try run("help", command)
    #expect(asked.status == 0 && asked.text.contains("USAGE: bnfold \(command)"))
    for flag in ["--help", "-h"] {
      let run = try run(command, flag)
      #expect(run.status == 0 && run.text == asked.text && run.errors.isEmpty)
    }
    // Whatever stands before it, wrong as it may be.
    #expect(try run(command, "--nonsense", "--help").text == asked.text)
  }

  @Test(arguments: commands)
  func errors(command: String) throws {
    let run = try run(command, "--nonsense", "x")
    #expect(run.status == 64 && run.text.isEmpty)
    #expect(run.errors.hasPrefix("Error: "), "\(run.errors)")
    #expect(run.errors.contains("Usage: bnfold \(command)"), "\(run.errors)")
    #expect(run.errors.contains("See 'bnfold \(command) --help'"), "\(run.errors)")
  }

  @Test func errorsOfAFold() throws {
    for (arguments, text) in [
      (["fold"], "Error: Missing expected argument '<model>'"),
      (["fold", "a"], "Error: Missing '-o <output>': where the folded model goes."),
      (["fold", "a", "b", "-o", "c"], "Error: Unexpected argument 'b'"),
      (["fold", "a", "-o"], "Error: Missing value for '-o <output>'"),
      (["fold", "a", "-o", "b", "--max-kept", "x"], "Error: The value 'x' is invalid"),
      (["fold", "a", "-o", "b", "--explian"], "Error: Unknown option '--explian'"),
      (["flod"], "Error: Unexpected argument 'flod'"),
    ] {
      let run = try CommandRun.bnfold(arguments)
      #expect(run.status == 64, "\(arguments)")
      #expect(run.errors.hasPrefix(text), "\(run.errors)")
    }
  }

  @Test func whatTheRootKnows() throws {
    let version = try run("--version")
    #expect(version.status == 0)
    #expect(try run("fold", "--version").text == version.text)
    let script = try run("--generate-completion-script", "bash")
    #expect(script.status == 0 && script.text.contains("_bnfold"))
    #expect(try run("fold", "--generate-completion-script", "bash").text == script.text)
  }

  /// Commands below a command are found by the root.
  @Test func commandsBelowACommand() throws {
    #expect(try run("calibrate", "--help").text == run("help", "calibrate").text)
    let merge = try run("help", "calibrate", "merge")
    #expect(merge.status == 0 && merge.text.contains("USAGE: bnfold calibrate merge"))
    #expect(try run("calibrate", "merge", "--help").text == merge.text)
  }

  /// A model that is called like a command is a model.
  @Test func namesOfCommandsAsPaths() throws {
    let folder = try ScratchFolder()
    try folder.write(try TestFiles.bytes(Samples.file("cnn.onnx")), to: "fold")
    let run = try CommandRun.bnfold(
      ["fold", "fold", "-o", "help", "--no-verify"], folder: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try folder.names().sorted() == ["fold", "help"])
    let inspected = try CommandRun.bnfold(["inspect", "--", "help"], folder: folder.path)
    #expect(inspected.status == 0, "\(inspected.errors)")
  }
}
