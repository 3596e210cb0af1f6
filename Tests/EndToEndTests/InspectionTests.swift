import Foundation
import TestSupport
import Testing

@Suite("inspect, stats, diff and lint, against other programs' numbers")
struct InspectionTests {
  /// The models of samples/ and of a corpus, where one is there.
  private static func models() throws -> [String] {
    let samples = try Samples.all().map(\.model)
    guard let corpus = ProcessInfo.processInfo.environment["BNFOLD_CORPUS"] else { return samples }
    let names = try FileManager.default.contentsOfDirectory(atPath: corpus).sorted()
    return samples + names.filter { $0.hasSuffix(".onnx") }.map { "\(corpus)/\($0)" }
  }

  private func python(_ recipe: String, _ arguments: [String]) throws -> CommandRun {
    let python = TestPython.path ?? "/usr/bin/python3"
    return try CommandRun.program(
      python, ["\(Samples.repository)/Tests/Recipes/\(recipe)"] + arguments)
  }

  @Test("MACs and parameters of every layer are those of an independent count")
  func layers() throws {
    let models = try Self.models()
    let run = try python("check_layers.py", [CommandRun.bnfoldPath] + models)
    #expect(run.status == 0, "\(run.text) \(run.errors)")
    #expect(run.text.contains("\(models.count) models"))
  }

  @Test("Statistics are those of numpy and onnxruntime")
  func statistics() throws {
    let models = try Samples.all().map(\.model)
    let run = try python("check_statistics.py", [CommandRun.bnfoldPath] + models)
    #expect(run.status == 0, "\(run.text) \(run.errors)")
    #expect(run.text.contains("\(models.count) models"))
  }

  @Test("Known networks count what their papers say")
  func publishedFigures() throws {
    guard let corpus = ProcessInfo.processInfo.environment["BNFOLD_CORPUS"] else { return }
    // MobileNetV2 (Sandler et al., table 4): 300 M multiply-adds, 3.4 M parameters; torchvision's
    // has 3,504,872. ShuffleNetV2 1.0× (Ma et al., table 8): 146 M, 2.3 M; torchvision: 2,278,604.
    let published = [
      (file: "mobilenet_v2", extent: 224, macs: 300e6, weights: 3_504_872.0, last: 1_280_000),
      (file: "shufflenet_v2_x1_0", extent: 128, macs: 146e6, weights: 2_278_604, last: 1_024_000),
    ]
    for network in published {
      let run = try CommandRun.bnfold(["inspect", "\(corpus)/\(network.file).onnx", "--json"])
      let totals = try #require(try JSONObject(run, schema: "bnfold.inspect")["totals"])
      let counted = try #require(totals.integer("multiply_adds"))
      // All but the last layer grow with the area of the image.
      let growth = Double(224 * 224) / Double(network.extent * network.extent)
      let macs = Double(counted - network.last) * growth + Double(network.last)
      #expect(abs(macs / network.macs - 1) < 0.01, "\(network.file): \(macs)")
      let parameters = try #require(totals.integer("parameters_without_statistics"))
      #expect(abs(Double(parameters) / network.weights - 1) < 0.0001, "\(network.file)")
    }
  }

  @Test("Every report is what docs/report-schema.json says")
  func schema() throws {
    let folder = try ScratchFolder()
    var reports: [String] = []
    func keep(_ arguments: [String]) throws {
      let run = try CommandRun.bnfold(arguments, folder: folder.path)
      #expect(run.errors.isEmpty, "\(arguments): \(run.errors)")
      let name = "\(reports.count)-\(arguments[0]).json"
      try folder.write(run.output, to: name)
      reports.append(folder.path(name))
    }
    for sample in try Samples.all() {
      try keep(["fold", sample.model, "-o", "folded.onnx", "--json"])
      try keep(["verify", sample.model, "folded.onnx", "--input", sample.input, "--json"])
      try keep(["diff", sample.model, "folded.onnx", "--json"])
      try keep(["run", sample.model, "--input", sample.input, "--json"])
      try keep(["stats", sample.model, "--input", sample.input, "--json"])
      try keep(["inspect", sample.model, "--json"])
      try keep(["lint", sample.model, "--json"])
      try keep(["explain", sample.model, "--json"])
      try keep(["fold", sample.model, "--plan"])
    }
    try keep(["fold", try Samples.named("cnn").model, "--dry-run", "--json"])
    // Models that differ in everything: failures and gaps are reports too.
    try keep([
      "verify", try Samples.named("cnn").model, try Samples.named("mlp").model, "--json",
    ])
    try keep(["rules", "--json"])
    try keep(["convert", try Samples.named("cnn").model, "weights.npz", "--json"])
    let cnn = try Samples.named("cnn").model
    try keep(["extract", cnn, "--to", "bn1", "-o", "part.onnx", "--json"])
    let net = "\(CalibrationTests.fixtures)/net-17.onnx"
    let data = ["--data", "\(CalibrationTests.fixtures)/samples.npz", "-o", "c.onnx", "--json"]
    try keep(["calibrate", net] + data)
    try keep(
      ["calibrate", net] + data
        + ["--labels", "\(CalibrationTests.fixtures)/labels.npy", "--only", "bn1"])
    try keep(["ensemble", cnn, cnn, "--softmax", "1", "-o", "both.onnx", "--json"])
    let schema = "\(Samples.repository)/docs/report-schema.json"
    let run = try python("validate_reports.py", [schema] + reports)
    #expect(run.status == 0, "\(run.text) \(run.errors)")
    #expect(run.text.contains("\(reports.count) reports, 14 kinds"), "\(run.text)")

    // What the schema does not name is seen, and so is what is missing.
    let text = try TestFiles.text(reports[0])
    for (old, new) in [("\"folded\":", "\"more\": 1, \"folded\":"), ("\"kept\":", "\"left\":")] {
      try folder.write(
        Array(text.replacingOccurrences(of: old, with: new).utf8), to: "broken.json")
      #expect(try python("validate_reports.py", [schema, folder.path("broken.json")]).status == 1)
    }
  }

  @Test("Text fits 80 columns", arguments: try Samples.all())
  func width(_ sample: Samples.Sample) throws {
    for arguments in [
      ["inspect", sample.model], ["lint", sample.model],
      ["stats", sample.model, "--input", sample.input, "--channels"],
      ["diff", sample.model, try Samples.named("cnn").model],
    ] {
      // A path is not broken; names of a folder outside are not ours.
      let run = try CommandRun.bnfold(arguments, environment: ["LANG": "C"])
      for line in run.text.split(separator: "\n") where !line.contains(Samples.repository) {
        #expect(line.count <= 80, "\(arguments[0]): \(line)")
      }
    }
  }

  @Test("A terminal's own width is used, and colours; neither in a pipe")
  func terminal() throws {
    let script = """
      import fcntl, os, struct, subprocess, sys, termios
      for columns in (50, 120):
          ours, theirs = os.openpty()
          fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
          environment = {"LANG": "C.UTF-8", "TERM": "xterm"}
          process = subprocess.Popen(sys.argv[1:], stdout=theirs, env=environment)
          os.close(theirs)
          text = b""
          try:
              while piece := os.read(ours, 65536):
                  text += piece
          except OSError:
              pass
          process.wait()
          lines = text.decode().replace("\\r", "").split("\\n")
          plain = [line for line in lines if "Conv " in line]
          print(columns, max(map(len, plain)) <= columns, "f32" in text.decode(),
                b"\\x1b[1m" in text)
      """
    let cnn = try Samples.named("cnn").model
    let run = try TestPython.run(script, [CommandRun.bnfoldPath, "inspect", cnn])
    #expect(run.text == "50 True False True\n120 True True True\n", "\(run.text) \(run.errors)")
    #expect(!(try CommandRun.bnfold(["inspect", cnn]).text.contains("\u{1B}")))
  }

  @Test("Rows are chosen, sorted and cut as asked for")
  func rows() throws {
    let cnn = try Samples.named("cnn").model
    func names(_ arguments: [String]) throws -> [String] {
      let run = try CommandRun.bnfold(["inspect", cnn, "--json"] + arguments)
      return try JSONObject(run, schema: "bnfold.inspect").list("layers").compactMap {
        $0.text("name")
      }
    }
    #expect(try names(["--filter", "Conv"]).count == 4)
    #expect(try names(["--filter", "bn?_node", "--filter", "Gemm"]).count == 5)
    #expect(
      try names(["--sort", "macs", "--top", "2"]) == ["conv4_node", "conv1_node"])
    #expect(try names(["--sort", "name", "--top", "1"]) == ["bn1_node"])
    let text = try CommandRun.bnfold([
      "inspect", cnn, "--columns", "macs,name", "--filter", "conv4*",
    ]).text
    #expect(text.contains("   MACs  name\n147,456  conv4_node\n1 of 15 shown"))
    let wrong = try CommandRun.bnfold(["inspect", cnn, "--columns", "size"])
    #expect(wrong.status == 64)
    #expect(wrong.errors.contains("parameters"))
  }

  @Test("--shape gives open extents, and refuses what the file contradicts")
  func shapes() throws {
    let cnn = try Samples.named("cnn").model
    let same = try CommandRun.bnfold(["inspect", cnn, "--shape", "image=1,3,16,16"])
    #expect(same.status == 0)
    for shape in ["image=1,3,32,32", "image=1,3", "other=1"] {
      let run = try CommandRun.bnfold(["inspect", cnn, "--shape", shape])
      #expect(run.status == 64, "\(shape)")
    }
  }

  @Test("diff: nothing between a model and itself; every changed node of a fold")
  func difference() throws {
    let cnn = try Samples.named("cnn").model
    let folder = try ScratchFolder()
    #expect(try CommandRun.bnfold(["diff", cnn, cnn]).status == 0)
    _ = try CommandRun.bnfold(["fold", cnn, "-o", folder.path("folded.onnx")])
    let run = try CommandRun.bnfold(["diff", cnn, folder.path("folded.onnx"), "--json"])
    #expect(run.status == 1)
    let report = try JSONObject(run, schema: "bnfold.diff")
    #expect(report.integer("same_nodes") == 7)
    let changes = report.list("nodes").map { $0.text("change") }
    #expect(changes.filter { $0 == "removed" }.count == 4)
    #expect(changes.filter { $0 == "changed" }.count == 4)
  }

  @Test("lint: exit 1 on errors, and on warnings with --strict")
  func lint() throws {
    #expect(try CommandRun.bnfold(["lint", try Samples.named("cnn").model]).status == 0)
    let kept = try CommandRun.bnfold(["lint", try Samples.named("residual-kept").model, "--json"])
    #expect(kept.status == 1)
    let findings = try JSONObject(kept, schema: "bnfold.lint").list("findings")
    #expect(findings.first?.text("kind") == "root_of_negative")
    #expect(findings.contains { $0.text("kind") == "training_mode" })
  }
}
