import ByteStore
import Foundation
import ModelFormats
import ModelIR
import NumPyFormat
import TestSupport
import Testing

@Suite("Statistics from data")
struct CalibrationTests {
  static let fixtures = "\(Samples.repository)/Tests/Fixtures/Calibration"
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func path(_ name: String) -> String { "\(Self.fixtures)/\(name)" }

  private func calibrate(
    _ model: String, _ more: [String], data: [String]? = nil
  ) throws -> CommandRun {
    let data = data ?? ["--data", path("samples.npz")]
    return try CommandRun.bnfold(
      ["calibrate", model] + data + ["-o", "out.onnx", "--no-sync"] + more, folder: folder.path)
  }

  /// Mean and variance of every batch normalization in a report.
  static func statistics(_ run: CommandRun) throws -> [String: [String: [Double]]] {
    let root = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output)) as? [String: Any])
    let lines = try #require(root["normalizations"] as? [[String: Any]])
    return Dictionary(
      uniqueKeysWithValues: lines.map { line in
        (
          line["name"] as? String ?? "",
          line.compactMapValues { ($0 as? [NSNumber])?.map(\.doubleValue) }
        )
      })
  }

  // Expected numbers are numpy's: Tests/Recipes/calibration_cases.py.
  @Test(
    "The report's numbers are numpy's, and the file holds them rounded once",
    arguments: [6, 13, 17],
    ["batch.population", "batch.paper", "running.population", "running.paper"])
  func numpy(_ opset: Int, _ way: String) throws {
    let parts = way.split(separator: ".").map(String.init)
    let run = try calibrate(
      path("net-\(opset).onnx"),
      [
        "--double", "--forward", parts[0], "--estimator", parts[1], "--labels", path("labels.npy"),
        "--json",
      ])
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    let expected = try Arrays.read(path("expected.npz"))
    let found = try Self.statistics(run)
    #expect(found.count == 4)
    let written = try folder.weights("out.onnx")
    for (name, lines) in found {
      let (mean, variance) = (lines["mean"] ?? [], lines["variance"] ?? [])
      let trueMean = try #require(expected["\(way).\(name).mean"]).2
      let trueVariance = try #require(expected["\(way).\(name).variance"]).2
      #expect(mean.count == trueMean.count && variance.count == trueMean.count)
      for channel in trueMean.indices {
        let sd = trueVariance[channel].squareRoot()
        let bound = 1e-12 * (abs(trueMean[channel]) + sd)
        #expect(abs(mean[channel] - trueMean[channel]) <= bound)
        #expect(abs(variance[channel].squareRoot() - sd) <= bound)
      }
      #expect(written["\(name).mean"] == mean.map { Float($0) })
      #expect(written["\(name).variance"] == variance.map { Float($0) })
    }
    let accuracy = try JSONObject(run, schema: "bnfold.calibrate")["accuracy"]
    let right = try #require(expected["\(way).right"]).2
    #expect(accuracy?.integer("right_before").map(Double.init) == right[0])
    #expect(accuracy?.integer("right_after").map(Double.init) == right[1])
    #expect(accuracy?.integer("samples") == 70)
  }

  @Test("Nothing but the statistics' bytes changes", arguments: ["net-17.onnx", "net-6.onnx"])
  func onlyStatisticsChange(_ name: String) throws {
    #expect(try calibrate(path(name), []).status == 0)
    let before = try TestFiles.bytes(path(name))
    let after = try #require(folder.read("out.onnx"))
    #expect(before.count == after.count && before != after)
    let changed = before.indices.filter { before[$0] != after[$0] }
    // 18 channels, mean and variance, 4 bytes each.
    #expect(changed.count <= 144)
    let old = try folder.weights(path(name))
    for (name, numbers) in try folder.weights("out.onnx") {
      let isStatistic = name.hasSuffix(".mean") || name.hasSuffix(".variance")
      #expect((old[name] == numbers) == !isStatistic, "\(name)")
    }
  }

  @Test("Numbers are computed anew, whatever was stored: twice gives the same")
  func twice() throws {
    #expect(try calibrate(path("net-17.onnx"), []).status == 0)
    let first = try #require(folder.read("out.onnx"))
    try folder.write(first, to: "first.onnx")
    #expect(try calibrate("first.onnx", []).status == 0)
    #expect(folder.read("out.onnx") == first)
  }

  @Test("Samples may be spread over files of several kinds")
  func spread() throws {
    #expect(try calibrate(path("net-17.onnx"), []).status == 0)
    let whole = try #require(folder.read("out.onnx"))
    let source = try ByteSource(file: path("samples.npy"))
    let tensor = try NumPyFile.read(source)[0].tensor
    let elements = try tensor.floats()
    for (name, rows) in [("a.npy", 0..<41), ("b.npy", 41..<70)] {
      let shape = try #require(TensorShape([rows.count, 3, 8, 8]))
      let part = try #require(
        Tensor(
          Array(elements[(rows.lowerBound * 192)..<(rows.upperBound * 192)]), shape: shape))
      let file = try AtomicFile(replacing: folder.path(name))
      try NPYWriter.write(part, to: file)
      try file.commit()
    }
    for data in [["a.npy", "b.npy"], ["x=a.npy", "x=b.npy"], [path("samples.npy")]] {
      let run = try calibrate(
        path("net-17.onnx"), [], data: data.flatMap { ["--data", $0] })
      #expect(run.status == 0, "\(run.errors)")
      #expect(folder.read("out.onnx") == whole)
    }
    // In another order they are other mini-batches.
    let other = try calibrate(
      path("net-17.onnx"), [], data: ["--data", "b.npy", "--data", "a.npy"])
    #expect(other.status == 0)
    #expect(folder.read("out.onnx") != whole)
  }

  @Test("Only what is asked for gets new statistics; the rest runs as it is")
  func selection() throws {
    let run = try calibrate(path("net-17.onnx"), ["--only", "bn3", "--json"])
    #expect(run.status == 0)
    #expect(try Self.statistics(run).keys.sorted() == ["bn3"])
    #expect(
      try JSONObject(run, schema: "bnfold.calibrate").list("kept").count == 3)
    let old = try folder.weights(path("net-17.onnx"))
    let changed = try folder.weights("out.onnx").filter { old[$0.key] != $0.value }.keys
    #expect(changed.sorted() == ["bn3.mean", "bn3.variance"])
    // bn3's input depends on the statistics of the others, which are scrambled.
    let all = try Self.statistics(try calibrate(path("net-17.onnx"), ["--json"]))
    #expect(try Self.statistics(run)["bn3"]?["mean"] != all["bn3"]?["mean"])
  }

  @Test("External data, inputs that are initializers, half precision")
  func otherFiles() throws {
    for name in ["external", "ir3", "half"] {
      let sample = try Samples.named(name)
      let run = try CommandRun.bnfold(
        ["calibrate", sample.model, "--data", sample.input, "-o", "out.onnx", "--json"],
        folder: folder.path)
      guard run.status == 0 else {
        Issue.record("\(name): \(run.errors)")
        continue
      }
      let check = try CommandRun.bnfold(
        ["run", "out.onnx", "--input", sample.input, "-o", "y.npz"], folder: folder.path)
      #expect(check.status == 0, "\(name): \(check.errors)")
    }
  }

  @Test("What does not fit is said, and nothing is written")
  func refusals() throws {
    let net = path("net-17.onnx")
    let samples = path("samples.npz")
    let cases: [([String], Int32, String)] = [
      ([], 64, "--data is missing"),
      (["--data", samples, "--batch-size", "0"], 64, "--batch-size needs"),
      (["--data", samples, "--block", "33"], 64, "--block needs a multiple of the 32"),
      (["--data", samples, "--samples", "71"], 64, "--samples asks for 71, and the data has 70"),
      (["--data", samples, "--batch-size", "1"], 64, "one number for each channel"),
      (["--data", samples, "--batch-size", "69"], 64, "samples 69 to 69"),
      (["--data", samples, "--only", "bn9"], 64, "no batch normalization is called \"bn9\""),
      (["--data", samples, "--estimator", "guess"], 64, "'guess' is none of population, paper"),
      (["--data", samples, "--labels", samples], 65, "labels are a whole number"),
      (
        ["--data", samples, "--scores", "y", "--labels", path("labels.npy")], 64, "no output \"y\""
      ),
      (["--data", "z=\(samples)"], 64, "has no input \"z\""),
      (["--data", path("expected.npz")], 65, "no data for the input \"x\""),
      (["--data", path("labels.npy")], 65, "samples of [] cannot be taken; [3, 8, 8] is expected"),
      (["--data", "missing.npz"], 66, "missing.npz"),
      (["--data", net], 65, "malformed magic"),
    ]
    for (arguments, status, text) in cases {
      let run = try calibrate(net, arguments, data: [])
      #expect(run.status == status, "\(arguments): \(run.errors)")
      #expect(run.errors.contains(text), "\(arguments): \(run.errors)")
      #expect(try folder.names() == [], "\(arguments)")
    }
    let mlp = try Samples.named("residual-kept")
    let none = try calibrate(
      mlp.model, ["--only", "*training*"], data: ["--data", mlp.input])
    #expect(none.status == 69 || none.status == 64, "\(none.errors)")
  }

  @Test("A fixed batch has to go into the samples")
  func fixedBatch() throws {
    let cnn = try Samples.named("cnn")
    let data = ["--data", cnn.input]
    #expect(try calibrate(cnn.model, [], data: data).status == 0)
    let run = try calibrate(cnn.model, ["--batch-size", "2"], data: data)
    #expect(run.status == 64)
    #expect(run.errors.contains("takes 1 samples at once"), "\(run.errors)")
  }

  @Test("Infinities in the data leave the statistics as they are")
  func notFinite() throws {
    var elements = try NumPyFile.read(ByteSource(file: path("samples.npy")))[0].tensor.floats()
    elements[5 * 192 + 64] = .infinity
    let shape = try #require(TensorShape([70, 3, 8, 8]))
    let tensor = try #require(Tensor(elements, shape: shape))
    let file = try AtomicFile(replacing: folder.path("bad.npy"))
    try NPYWriter.write(tensor, to: file)
    try file.commit()
    let run = try calibrate(path("net-17.onnx"), [], data: ["--data", "bad.npy"])
    #expect(run.status == 69)
    #expect(run.errors.contains("it reads NaN or infinities in the data"), "\(run.errors)")
  }
}

extension ScratchFolder {
  /// The float initializers of a model, by name.
  func weights(_ name: String) throws -> [String: [Float]] {
    let path = name.hasPrefix("/") ? name : self.path(name)
    let run = try CommandRun.bnfold(
      ["convert", path, self.path("weights.npz")], folder: self.path)
    #expect(run.status == 0, "\(run.errors)")
    defer { try? TestFiles.remove(self.path("weights.npz")) }
    return try Arrays.read(self.path("weights.npz")).mapValues { $0.2.map { Float($0) } }
  }
}
