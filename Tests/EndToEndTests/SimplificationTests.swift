import TestSupport
import Testing

@Suite("Simplification and extraction, from the file to the verdict")
struct SimplificationTests {
  @Test(
    "fold --simplify: verified, never more nodes, the recorded outputs, nothing left to do",
    arguments: try Samples.all())
  func simplify(_ sample: Samples.Sample) throws {
    let folder = try ScratchFolder()
    let (plain, once, twice) = (
      folder.path("plain.onnx"), folder.path("once.onnx"), folder.path("twice.onnx")
    )
    let fold = try CommandRun.bnfold(["fold", sample.model, "-o", plain, "--json"])
    let run = try CommandRun.bnfold(["fold", sample.model, "-o", once, "--simplify", "--json"])
    #expect(run.status == 0, "\(run.errors)")
    let report = try JSONObject(run, schema: "bnfold.fold")
    #expect(report["verification"]?.text("verdict") == "passed", "\(run.text)")
    let nodes = try #require(report["after"]?.integer("nodes"))
    let before = try #require(
      try JSONObject(fold, schema: "bnfold.fold")["after"]?.integer("nodes"))
    #expect(nodes <= before)

    let output = folder.path("out.npz")
    #expect(
      try CommandRun.bnfold(["run", once, "--input", sample.input, "-o", output]).status == 0)
    try Arrays.expectEqual(output, sample.expected, "\(sample.model)")

    #expect(
      try CommandRun.bnfold(["fold", once, "-o", twice, "--simplify", "--no-verify"]).status == 0)
    // A model with external data names its own data file.
    guard !sample.model.hasSuffix("external.onnx") else { return }
    #expect(try TestFiles.bytes(once) == TestFiles.bytes(twice))
  }

  @Test("--explain tells what --simplify would do, and only then")
  func wouldRemove() throws {
    let sample = try Samples.named("mlp")
    let folder = try ScratchFolder()
    let simplified = try CommandRun.bnfold([
      "fold", sample.model, "-o", folder.path("a.onnx"), "--simplify", "--no-verify", "--json",
    ])
    let explained = try CommandRun.bnfold([
      "fold", sample.model, "-o", folder.path("b.onnx"), "--explain", "--no-verify",
    ])
    let plain = try CommandRun.bnfold([
      "fold", sample.model, "-o", folder.path("c.onnx"), "--no-verify", "--json",
    ])
    let left = try #require(
      try JSONObject(simplified, schema: "bnfold.fold")["after"]?.integer("nodes"))
    let folded = try #require(
      try JSONObject(plain, schema: "bnfold.fold")["after"]?.integer("nodes"))
    #expect(explained.text.contains("--simplify would remove") == (folded > left))
    #expect(!plain.text.contains("--simplify would"))
  }

  @Test("--set-shape refuses what the model does not have")
  func wrongShapes() throws {
    let sample = try Samples.named("cnn")
    let folder = try ScratchFolder()
    for shape in ["nothing=1,3,16,16", "image=1,3,16", "image=2,3,16,16"] {
      let run = try CommandRun.bnfold([
        "fold", sample.model, "-o", folder.path("a.onnx"), "--set-shape", shape,
      ])
      #expect(run.status != 0 && run.errors.contains("--set-shape"), "\(run.errors)")
    }
    #expect(try folder.names().isEmpty)
  }

  @Test("extract: the parts behind one another compute what the whole does")
  func extract() throws {
    let sample = try Samples.named("cnn")
    let folder = try ScratchFolder()
    let (head, tail) = (folder.path("head.onnx"), folder.path("tail.onnx"))
    let (between, output) = (folder.path("between.npz"), folder.path("out.npz"))
    let first = try CommandRun.bnfold([
      "extract", sample.model, "--to", "bn2_relu", "-o", head, "--json",
    ])
    #expect(first.status == 0, "\(first.errors)")
    let report = try JSONObject(first, schema: "bnfold.extract")
    #expect(report["after"]?.integer("nodes") == 6)
    #expect(report.list("outputs").first?.text("name") == "bn2_relu")
    let second = try CommandRun.bnfold([
      "extract", sample.model, "--from", "bn2_relu", "-o", tail,
    ])
    #expect(second.status == 0, "\(second.errors)")
    #expect(
      try CommandRun.bnfold(["run", head, "--input", sample.input, "-o", between]).status == 0)
    let run = try CommandRun.bnfold(["run", tail, "--input", between, "-o", output])
    #expect(run.status == 0, "\(run.errors)")
    try Arrays.expectEqual(output, sample.expected, "parts")
  }

  @Test("extract says what else a part needs")
  func incomplete() throws {
    let sample = try Samples.named("cnn")
    let folder = try ScratchFolder()
    let part = folder.path("part.onnx")
    for (arguments, text) in [
      (["--from", "conv4", "--to", "sum"], "\"image\" as well"),
      (["--to", "nothing"], "no value \"nothing\""),
      (["--from", "sum", "--to", "sum"], "begins and where it ends"),
    ] {
      let run = try CommandRun.bnfold(["extract", sample.model] + arguments + ["-o", part])
      #expect(run.status == 64 && run.errors.contains(text), "\(run.errors)")
    }
    #expect(try folder.names().isEmpty)
  }
}
