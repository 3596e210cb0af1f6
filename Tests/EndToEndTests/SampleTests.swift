import TestSupport
import Testing

@Suite("Samples, from the file to the verdict")
struct SampleTests {
  @Test("fold: as many folds as were counted by hand, verified", arguments: try Samples.all())
  func fold(_ sample: Samples.Sample) throws {
    let folder = try ScratchFolder()
    let output = folder.path("folded.onnx")
    let run = try CommandRun.bnfold(["fold", sample.model, "-o", output, "--json"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.isEmpty)
    let report = try JSONObject(run, schema: "bnfold.fold")
    #expect(report["before"]?.integer("batch_normalizations") == sample.bn)
    #expect(report["after"]?.integer("batch_normalizations") == sample.bn - sample.folded)
    #expect(report.integer("kept") == sample.bn - sample.folded)
    #expect(report["verification"]?.text("verdict") == "passed", "\(run.text)")
    // Nothing but the output, and its data, is left.
    #expect(try folder.names().allSatisfy { $0.hasPrefix("folded.onnx") })
    #expect(!(try folder.names().contains { $0.contains("tmp") }))
  }

  @Test("--no-verify: the same bytes, and nothing said of a comparison")
  func foldWithoutVerification() throws {
    let sample = try #require(Samples.all().first)
    let folder = try ScratchFolder()
    let (plain, verified) = (folder.path("plain.onnx"), folder.path("verified.onnx"))
    let run = try CommandRun.bnfold([
      "fold", sample.model, "-o", plain, "--no-verify", "--no-sync", "--json",
    ])
    #expect(run.status == 0, "\(run.errors)")
    #expect(try JSONObject(run, schema: "bnfold.fold")["verification"] == nil)
    #expect(try CommandRun.bnfold(["fold", sample.model, "-o", verified]).status == 0)
    #expect(try TestFiles.bytes(plain) == TestFiles.bytes(verified))
  }

  @Test("run: the recorded outputs, of the sample and folded", arguments: try Samples.all())
  func run(_ sample: Samples.Sample) throws {
    let folder = try ScratchFolder()
    let folded = folder.path("folded.onnx")
    #expect(try CommandRun.bnfold(["fold", sample.model, "-o", folded]).status == 0)
    for model in [sample.model, folded] {
      let output = folder.path("out.npz")
      let run = try CommandRun.bnfold(["run", model, "--input", sample.input, "-o", output])
      #expect(run.status == 0, "\(run.errors)")
      try Arrays.expectEqual(output, sample.expected, "\(model)")
    }
  }

  @Test("verify: the folded sample computes the same", arguments: try Samples.all())
  func verify(_ sample: Samples.Sample) throws {
    let folder = try ScratchFolder()
    let folded = folder.path("folded.onnx")
    #expect(try CommandRun.bnfold(["fold", sample.model, "-o", folded]).status == 0)
    let run = try CommandRun.bnfold([
      "verify", sample.model, folded, "--input", sample.input, "--json",
    ])
    #expect(run.status == 0, "\(run.text) \(run.errors)")
    let report = try JSONObject(run, schema: "bnfold.verify")
    #expect(report["verification"]?.text("verdict") != "failed")
  }

  @Test("inspect: the counts of the manifest", arguments: try Samples.all())
  func inspect(_ sample: Samples.Sample) throws {
    let run = try CommandRun.bnfold(["inspect", sample.model, "--json"])
    #expect(run.status == 0, "\(run.errors)")
    let report = try JSONObject(run, schema: "bnfold.inspect")
    #expect(report["totals"]?.integer("batch_normalizations") == sample.bn)
    let sites = report.list("sites").filter { $0.text("operator") == "BatchNormalization" }
    #expect(sites.count == sample.bn)
    #expect(sites.filter { $0.text("outcome") == "folded" }.count == sample.folded)
    #expect(
      sites.allSatisfy { $0.text("outcome") == "folded" || !($0.text("reason") ?? "").isEmpty })
  }

  @Test("Folding what is folded changes nothing", arguments: try Samples.all())
  func idempotence(_ sample: Samples.Sample) throws {
    let folder = try ScratchFolder()
    let (once, twice) = (folder.path("once.onnx"), folder.path("twice.onnx"))
    #expect(try CommandRun.bnfold(["fold", sample.model, "-o", once]).status == 0)
    let run = try CommandRun.bnfold(["fold", once, "-o", twice, "--json"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(try JSONObject(run, schema: "bnfold.fold").text("outcome") == "copied")
    // With external data the name of the data file differs.
    if sample.name != "external" {
      #expect(try TestFiles.bytes(once) == TestFiles.bytes(twice))
    }
  }

  @Test(
    "onnxruntime and ONNX's checker take the folded sample",
    .enabled(if: TestPython.path != nil), arguments: try Samples.all())
  func otherRuntime(_ sample: Samples.Sample) throws {
    let folder = try ScratchFolder()
    let folded = folder.path("folded.onnx")
    let output = folder.path("out.npz")
    #expect(try CommandRun.bnfold(["fold", sample.model, "-o", folded]).status == 0)
    let script = """
      import sys, numpy, onnx
      model, feed, out, evaluator = sys.argv[1:]
      onnx.checker.check_model(model)
      feed = dict(numpy.load(feed))
      if evaluator == "reference":
          from onnx.reference import ReferenceEvaluator
          session = ReferenceEvaluator(model)
          names = session.output_names
      else:
          import onnxruntime
          options = onnxruntime.SessionOptions()
          options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
          session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
          names = [o.name for o in session.get_outputs()]
      numpy.savez(out, **dict(zip(names, session.run(None, feed))))
      """
    let run = try TestPython.run(script, [folded, sample.input, output, sample.evaluator])
    #expect(run.status == 0, "\(run.errors)")
    try Arrays.expectEqual(output, sample.expected, "\(sample.path), folded")
  }
}
