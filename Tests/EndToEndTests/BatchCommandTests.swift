import TestSupport
import Testing

@Suite("Folders of models")
struct BatchCommandTests {
  @Test("A folder is folded into a folder")
  func folder() throws {
    let folder = try ScratchFolder()
    for name in ["cnn.onnx", "mlp.onnx"] {
      try folder.write(try TestFiles.bytes(Samples.file(name)), to: "in/\(name)")
    }
    try folder.write([1, 2, 3], to: "in/bad.onnx")
    let arguments = ["fold", "in/", "-o", "out", "--jobs", "2", "--results", "r.jsonl"]
    let run = try CommandRun.bnfold(arguments, folder: folder.path)
    #expect(run.status == 1, "\(run.errors)")
    #expect(run.text.contains("FAILED  bad.onnx: exit code 65"), "\(run.text)")
    #expect(run.text.contains("done    cnn.onnx: 4 folded, 0 kept, verification passed"))
    let again = try CommandRun.bnfold(arguments + ["--resume", "--json"], folder: folder.path)
    #expect(again.status == 1)
    let lines = again.text.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines.count { $0.contains("\"status\": \"skipped\"") } == 2)
    let single = try CommandRun.bnfold(
      ["fold", "in/cnn.onnx", "-o", "one.onnx"], folder: folder.path)
    #expect(single.status == 0)
    #expect(folder.read("one.onnx") == folder.read("out/cnn.onnx"))
  }

  @Test("What does not go together is said")
  func usage() throws {
    let folder = try ScratchFolder()
    try folder.write([1], to: "in/x.txt")
    for arguments in [
      ["fold", "in", "-o", "-"], ["fold", "in", "-o", "out", "--resume"],
      ["fold", "in", "-o", "out", "--memory", "lots"],
    ] {
      #expect(try CommandRun.bnfold(arguments, folder: folder.path).status == 64, "\(arguments)")
    }
    #expect(try CommandRun.bnfold(["fold", "in", "-o", "out"], folder: folder.path).status == 65)
  }
}
