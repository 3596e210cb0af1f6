import ByteStore
import ModelIR
import SafetensorsFormat
import TestSupport
import Testing

@Suite("Statistics from data by several processes")
struct CalibrationShardTests {
  private static let fixtures = CalibrationTests.fixtures
  private static let net = "\(fixtures)/net-17.onnx"
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  /// Mini-batches of 8 and blocks of 8 make 9 blocks of the 70 samples.
  private func calibrate(
    _ more: [String], model: String = net, data: String? = nil,
    environment: [String: String] = [:]
  ) throws -> CommandRun {
    try CommandRun.bnfold(
      [
        "calibrate", model, "--data", data ?? "\(Self.fixtures)/samples.npz", "--batch-size", "8",
        "--block", "8", "--no-sync",
      ] + more, environment: environment, folder: folder.path)
  }

  private func shard(_ shard: String, _ output: String, _ more: [String] = []) throws -> CommandRun
  {
    try calibrate(["--shard", shard, "-o", output] + more)
  }

  private func merge(_ parts: [String], _ more: [String] = [], model: String = net) throws
    -> CommandRun
  {
    try CommandRun.bnfold(
      ["calibrate", "merge"] + parts + ["--model", model, "-o", "merged.onnx", "--no-sync"] + more,
      folder: folder.path)
  }

  private func whole(_ more: [String] = []) throws -> [UInt8] {
    let run = try calibrate(["-o", "whole.onnx"] + more)
    #expect(run.status == 0, "\(run.errors)")
    return try #require(folder.read("whole.onnx"))
  }

  @Test(
    "Any number of shards, done in any order, gives the same bytes", arguments: [1, 2, 3, 7, 12])
  func anyNumber(_ count: Int) throws {
    let expected = try whole()
    var parts: [String] = []
    for index in (1...count).reversed() {
      parts.append("p\(index).safetensors")
      let run = try shard("\(index)/\(count)", parts[parts.count - 1])
      #expect(run.status == 0, "\(run.errors)")
    }
    for order in [parts, parts.reversed()] {
      let run = try merge(order)
      #expect(run.status == 0, "\(run.errors)")
      #expect(folder.read("merged.onnx") == expected)
    }
    let paper = try merge(parts, ["--estimator", "paper"])
    #expect(paper.status == 0)
    #expect(try folder.read("merged.onnx") == whole(["--estimator", "paper"]))
  }

  @Test("A part is gone on with, not begun anew; doing it twice does no harm")
  func resumes() throws {
    #expect(try shard("1/1", "all").status == 0)
    let expected = try #require(folder.read("all"))
    // The beginning of the whole, as a killed process leaves it.
    #expect(try shard("1/3", "cut").status == 0)
    let run = try shard("1/1", "cut", ["--json"])
    let report = try JSONObject(run, schema: "bnfold.calibrate")
    #expect(report.integer("taken_blocks") == 3 && report.integer("computed_blocks") == 6)
    #expect(folder.read("cut") == expected)
    let again = try JSONObject(try shard("1/1", "cut", ["--json"]), schema: "bnfold.calibrate")
    #expect(again.integer("taken_blocks") == 9 && again.integer("computed_blocks") == 0)
    #expect(folder.read("cut") == expected)
    #expect(try merge(["cut"]).status == 0)
    #expect(try folder.read("merged.onnx") == whole())
  }

  @Test("What a killed process left is gone on with")
  func killed() throws {
    #expect(try shard("1/1", "all").status == 0)
    let script = """
      "\(CommandRun.bnfoldPath)" calibrate "\(Self.net)" --data "\(Self.fixtures)/samples.npz" \
      --batch-size 8 --block 8 --shard 1/1 -o part & process=$!
      for _ in 1 2 3 4 5 6 7 8 9 10; do test -e part && break; sleep 0.01; done
      kill -9 $process; wait $process
      """
    _ = try CommandRun.shell(script, folder: folder.path)
    #expect(try shard("1/1", "part").status == 0)
    #expect(folder.read("part") == folder.read("all"))
    // The temporary file of the killed one is gone as well.
    #expect(try folder.names() == ["all", "part"])
  }

  @Test("Blocks may be there twice if they agree; where they do not, where one is missing, is said")
  func overlaps() throws {
    for index in 1...3 { #expect(try shard("\(index)/3", "p\(index)").status == 0) }
    #expect(try shard("1/1", "all").status == 0)
    #expect(try merge(["p1", "all", "p3", "p3"]).status == 0)
    #expect(try folder.read("merged.onnx") == whole())
    let missing = try merge(["p1", "p3"])
    #expect(missing.status == 65)
    #expect(missing.errors.contains("blocks 3-5 of 9 are missing"), "\(missing.errors)")
    // The last bit of the last mean.
    var bytes = try #require(folder.read("p2"))
    let file = try SafetensorsFile(ByteSource(file: folder.path("p2")))
    let entry = try #require(file.entries.first { $0.name == "3.mean" })
    bytes[entry.range.upperBound - 8] ^= 1
    try folder.write(bytes, to: "p2")
    let unequal = try merge(["p1", "p2", "p3", "all"])
    #expect(unequal.status == 65)
    #expect(unequal.errors.contains("block 5 is not the same in all and p2"), "\(unequal.errors)")
  }

  @Test("Parts of different things are not joined")
  func mismatches() throws {
    #expect(try shard("1/2", "p1").status == 0)
    try TestFiles.overwrite(folder.path("other.npz"), with: try samplesWithoutTheLast())
    let others: [(String, [String], String)] = [
      ("--double", ["--double"], "another precision (--double)"),
      ("--only", ["--only", "bn0"], "other batch normalizations"),
      ("--samples", ["--samples", "64"], "64 samples instead of 70"),
    ]
    for (name, more, text) in others {
      #expect(try shard("2/2", "p2", more).status == 0)
      let run = try merge(["p1", "p2"])
      #expect(run.status == 65, "\(name)")
      #expect(run.errors.contains(text), "\(run.errors)")
      // Nor does a shard go on with them.
      let again = try shard("2/2", "p2")
      #expect(again.status == 64)
      #expect(again.errors.contains("p2 is there and has"), "\(again.errors)")
      try TestFiles.remove(folder.path("p2"))
    }
    let data = try calibrate(["--shard", "2/2", "-o", "p2", "--samples", "64"], data: "other.npz")
    #expect(data.status == 0, "\(data.errors)")
    #expect(try shard("1/2", "p3", ["--samples", "64"]).status == 0)
    #expect(try merge(["p3", "p2"]).errors.contains("other data"))
    #expect(
      try merge(["p1"], model: "\(Self.fixtures)/net-13.onnx").errors.contains("another model"))
    #expect(try shard("2/2", "p1").errors.contains("blocks 0-4, which are not those of shard 2/2"))
  }

  /// The samples but one, as an .npz.
  private func samplesWithoutTheLast() throws -> [UInt8] {
    let run = try TestPython.run(
      "import numpy as np, sys; x = np.load(sys.argv[1])['x'][:69]; np.savez(sys.argv[2], x=x)",
      ["\(Self.fixtures)/samples.npz", folder.path("less.npz")])
    #expect(run.status == 0, "\(run.errors)")
    defer { try? TestFiles.remove(folder.path("less.npz")) }
    return try #require(folder.read("less.npz"))
  }

  @Test("What does not go together is said")
  func usage() throws {
    let cases: [([String], Int32, String)] = [
      (["--shard", "0/3"], 64, "--shard takes i/n"), (["--shard", "x"], 64, "--shard takes i/n"),
      (["--shards", "3"], 64, "go with --shard auto"),
      (["--shard", "auto"], 64, "finds none of SLURM_ARRAY_TASK_ID"),
      (["--shard", "1/2", "--forward", "running"], 64, "go with --forward batch"),
      (["--shard", "1/2", "--labels", "\(Self.fixtures)/labels.npy"], 64, "calibrate merge"),
    ]
    for (arguments, status, text) in cases {
      let run = try calibrate(arguments + ["-o", "part"])
      #expect(run.status == status, "\(arguments): \(run.errors)")
      #expect(run.errors.contains(text), "\(arguments): \(run.errors)")
    }
    #expect(try calibrate(["--shard", "1/2", "-o", "-"]).status == 64)
    #expect(try merge([Self.net]).status == 65)
    #expect(try merge(["missing"]).status == 66)
  }

  @Test("The accuracy of merged parts")
  func accuracy() throws {
    #expect(try shard("1/1", "all").status == 0)
    let run = try merge(
      ["all"],
      [
        "--data", "\(Self.fixtures)/samples.npz", "--labels", "\(Self.fixtures)/labels.npy",
        "--json",
      ])
    #expect(run.status == 0, "\(run.errors)")
    let accuracy = try JSONObject(run, schema: "bnfold.calibrate")["accuracy"]
    #expect(accuracy?.integer("samples") == 70)
    #expect(accuracy?.integer("right_before") == 32)
  }

  @Test("The environment names the shard")
  func environment() throws {
    #expect(try shard("2/3", "by-hand").status == 0)
    let run = try calibrate(
      ["--shard", "auto", "-o", "by-environment"],
      environment: ["OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "3"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.text.contains("the shard is taken from OMPI_COMM_WORLD_RANK"))
    #expect(folder.read("by-hand") == folder.read("by-environment"))
  }

  @Test("A damaged part is refused at every byte of its header, and never a trap")
  func damagedParts() throws {
    #expect(try shard("1/1", "all").status == 0)
    let bytes = try #require(folder.read("all"))
    var random = SplitMix64(seed: 7)
    for round in 0..<60 {
      var damaged = bytes
      if round < 20 {
        damaged.removeLast(Int.random(in: 1..<bytes.count, using: &random))
      } else {
        let place = Int.random(in: 0..<(round < 50 ? 1200 : bytes.count), using: &random)
        damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      }
      try folder.write(damaged, to: "damaged")
      let run = try merge(["damaged"])
      #expect([0, 65, 69].contains(run.status), "\(round): \(run.status) \(run.errors)")
    }
  }
}
