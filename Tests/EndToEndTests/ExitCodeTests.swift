import TestSupport
import Testing

/// A call that must fail, with its exit code and a part of what it must say.
struct FailingCall: CustomTestStringConvertible, Sendable {
  var arguments: [String]
  var status: Int32
  var says: String
  var testDescription: String { arguments.joined(separator: " ") }

  init(_ arguments: [String], _ status: Int32, says: String) {
    self.arguments = arguments
    self.status = status
    self.says = says
  }
}

private let cnn = Samples.file("cnn.onnx")

@Suite("Exit codes")
struct ExitCodeTests {
  @Test(
    "Wrong usage is 64",
    arguments: [
      FailingCall(["fold"], 64, says: "Missing expected argument"),
      FailingCall(["fold", cnn], 64, says: "-o"),
      FailingCall(["fold", cnn, "-o", "x", "--frobnicate"], 64, says: "--frobnicate"),
      FailingCall(["fold", cnn, "-o", "x", "--max-kept", "-1"], 64, says: "--max-kept"),
      FailingCall(["fold", cnn, "-o", "-", "--json"], 64, says: "stdout"),
      FailingCall(["fold", cnn, "-o", "x", "--samples", "0"], 64, says: "--samples"),
      FailingCall(["fold", cnn, "-o", "x", "--shape", "image=1,a"], 64, says: "--shape"),
      FailingCall(["fold", cnn, "-o", "x", "--shape", "imag=1,3,16,16"], 64, says: "\"image\""),
      FailingCall(["run", cnn, "--input-range", "image=2,1"], 64, says: "--input-range"),
      FailingCall(["verify", cnn], 64, says: "Missing the model to compare with"),
      FailingCall(["frobnicate"], 64, says: "frobnicate"),
    ])
  func usage(_ call: FailingCall) throws {
    let folder = try ScratchFolder()
    let run = try CommandRun.bnfold(call.arguments, folder: folder.path)
    #expect(run.status == call.status, "\(run.errors)")
    #expect(run.errors.contains(call.says), "\(run.errors)")
    #expect(run.output.isEmpty)
    #expect(try folder.names().isEmpty)
  }

  @Test(
    "An input that cannot be opened is 66",
    arguments: [
      FailingCall(["fold", "missing.onnx", "-o", "x"], 66, says: "missing.onnx"),
      FailingCall(["inspect", "folder"], 66, says: "folder"),
      FailingCall(["fold", "fifo", "-o", "x"], 66, says: "fifo"),
      FailingCall(["inspect", "/dev/zero"], 66, says: "/dev/zero"),
      FailingCall(["verify", cnn, "missing.onnx"], 66, says: "missing.onnx"),
      FailingCall(["run", cnn, "--input", "missing.npz"], 66, says: "missing.npz"),
    ])
  func unopenable(_ call: FailingCall) throws {
    let folder = try ScratchFolder()
    #expect(try CommandRun.shell("mkdir folder; mkfifo fifo", folder: folder.path).status == 0)
    try expectFailure(call, in: folder, leaving: ["fifo", "folder"])
  }

  @Test(
    "An output that cannot be created is 73",
    arguments: [
      FailingCall(["fold", cnn, "-o", "no/such/folder/x.onnx"], 73, says: "no/such/folder"),
      FailingCall(["fold", cnn, "-o", "folder"], 73, says: "folder"),
      FailingCall(["fold", cnn, "-o", "/dev/null"], 73, says: "/dev/null"),
      FailingCall(["run", cnn, "-o", "no/y.npz"], 73, says: "no/y.npz"),
    ])
  func uncreatable(_ call: FailingCall) throws {
    let folder = try ScratchFolder()
    #expect(try CommandRun.shell("mkdir folder", folder: folder.path).status == 0)
    try expectFailure(call, in: folder, leaving: ["folder"])
  }

  @Test("Writing to a full device is 74")
  func fullDevice() throws {
    for command in ["inspect \(cnn)", "fold \(cnn) -o -", "inspect \(cnn) --json", "--help"] {
      let run = try CommandRun.shell("'\(CommandRun.bnfoldPath)' \(command) > /dev/full")
      // The argument parser prints its help itself and does not look.
      #expect(run.status == (command == "--help" ? 0 : 74), "\(command): \(run.errors)")
    }
  }

  @Test("An operator without a kernel is 69, and named")
  func noKernel() throws {
    let graph = ProtobufBytes()
      .message(1, ONNXBytes.node("Wobble", ["x"], ["y"], name: "w1", domain: "com.example"))
      .text(2, "g").message(11, ONNXBytes.value("x", [1, 2]))
      .message(12, ONNXBytes.value("y", [1, 2]))
    let folder = try ScratchFolder()
    try folder.write(ONNXBytes.model(graph), to: "custom.onnx")
    try expectFailure(
      FailingCall(["run", "custom.onnx"], 69, says: "\"w1\""), in: folder,
      leaving: ["custom.onnx"])
  }

  @Test("Models that differ are 1, and the output is not written")
  func differing() throws {
    let folder = try ScratchFolder()
    let run = try CommandRun.bnfold(["verify", cnn, Samples.file("mlp.onnx")])
    #expect(run.status == 1)
    #expect(run.errors.isEmpty)
    #expect(run.text.contains("DIFFERENT"))

    let kept = Samples.file("residual-kept.onnx")
    let refused = try CommandRun.bnfold(
      ["fold", kept, "-o", "out.onnx", "--require-all"], folder: folder.path)
    #expect(refused.status == 1)
    #expect(try folder.names().isEmpty)
    let enough = try CommandRun.bnfold(
      ["fold", kept, "-o", "out.onnx", "--max-kept", "8"], folder: folder.path)
    #expect(enough.status == 0, "\(enough.errors)")
    let study = try CommandRun.bnfold(
      ["fold", kept, "-o", "study.onnx", "--max-kept", "7", "--keep-failed"], folder: folder.path)
    #expect(study.status == 1)
    #expect(try folder.names() == ["out.onnx", "study.onnx"])
  }

  @Test("Help and version are 0, on stdout, within 80 columns")
  func help() throws {
    for arguments in [["--help"], ["fold", "--help"], ["verify", "--help"], ["run", "--help"]] {
      let run = try CommandRun.bnfold(arguments)
      #expect(run.status == 0)
      #expect(run.errors.isEmpty)
      #expect(run.text.contains("EXAMPLES"))
      #expect(run.text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }
    #expect(try CommandRun.bnfold(["--version"]).text == "0.1.0\n")
    for shell in ["bash", "zsh", "fish"] {
      let run = try CommandRun.bnfold(["--generate-completion-script", shell])
      #expect(run.status == 0 && run.text.contains("bnfold"))
    }
  }

  /// Runs it in the folder and expects one line on stderr, nothing on stdout, no new file.
  private func expectFailure(
    _ call: FailingCall, in folder: ScratchFolder, leaving names: [String],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let run = try CommandRun.bnfold(call.arguments, folder: folder.path)
    #expect(run.status == call.status, "\(run.errors)", sourceLocation: sourceLocation)
    #expect(run.errorLines.count == 1, "\(run.errors)", sourceLocation: sourceLocation)
    #expect(run.errors.contains(call.says), "\(run.errors)", sourceLocation: sourceLocation)
    #expect(run.output.isEmpty, sourceLocation: sourceLocation)
    #expect(try folder.names() == names, sourceLocation: sourceLocation)
  }
}
