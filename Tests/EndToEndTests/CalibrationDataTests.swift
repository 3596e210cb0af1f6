import ByteStore
import Foundation
import ModelFormats
import ModelIR
import NumPyFormat
import TestSupport
import Testing

@Suite("Images, bytes and single numbers as samples")
struct CalibrationDataTests {
  private static let images = "\(Samples.repository)/Tests/Fixtures/Images"
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  /// A model of one batch normalization on its input, made by onnx.
  private func model(_ name: String, shape: String, channels: Int) throws {
    let script = """
      import sys, numpy as np, onnx
      from onnx import helper as h, numpy_helper as n, TensorProto as T
      shape, c = eval(sys.argv[2]), int(sys.argv[3])
      w = [n.from_array(np.full(c, v, np.float32), k) for k, v in dict(g=1, b=0, m=9, v=4).items()]
      bn = h.make_node('BatchNormalization', ['x', 'g', 'b', 'm', 'v'], ['y'], name='bn')
      x, y = [h.make_tensor_value_info(k, T.FLOAT, ['n'] + shape) for k in 'xy']
      g = h.make_graph([bn], 'g', [x], [y], w)
      onnx.save(h.make_model(g, opset_imports=[h.make_opsetid('', 17)], ir_version=8), sys.argv[1])
      """
    let run = try TestPython.run(script, [folder.path(name), shape, "\(channels)"])
    #expect(run.status == 0, "\(run.errors)")
  }

  private func calibrate(_ arguments: [String]) throws -> CommandRun {
    try CommandRun.bnfold(
      ["calibrate"] + arguments + ["-o", "out.onnx", "--no-sync", "--json"], folder: folder.path)
  }

  private func expectMean(_ run: CommandRun, _ expected: [Double], _ tolerance: Double = 1e-6)
    throws
  {
    #expect(run.status == 0, "\(run.errors)")
    let mean = try #require(try CalibrationTests.statistics(run)["bn"]?["mean"])
    #expect(mean.count == expected.count)
    for (a, b) in zip(mean, expected) { #expect(abs(a - b) < tolerance, "\(mean) \(expected)") }
  }

  @Test("A folder of images: the middle, scaled, normalized, in the model's order")
  func images() throws {
    try model("chw.onnx", shape: "[3, 6, 5]", channels: 3)
    try folder.copy("\(Self.images)/rgb.png", as: "a.png")
    try folder.write([1, 2, 3], to: "photos/notes.txt")
    try folder.write(try TestFiles.bytes(folder.path("a.png")), to: "photos/one/a.png")
    try folder.write(try TestFiles.bytes(folder.path("a.png")), to: "photos/two/b.PNG")
    let sample = try #require(try Arrays.read("\(Self.images)/expected.npz")["sample.side9"]).2
    let means = (0..<3).map { c in sample[(c * 30)..<(c * 30 + 30)].reduce(0, +) / 30 }
    let options = ["--resize", "9"]
    try expectMean(
      try calibrate(["chw.onnx", "--data", "photos", "--batch-size", "1"] + options),
      means.map { $0 / 255 })
    try expectMean(
      try calibrate(
        ["chw.onnx", "--data", "x=photos", "--bgr", "--pixel-scale", "1"] + options),
      means.reversed(), 1e-4)
    let normalized = ["--mean", "0.1,0.2,0.3", "--std", "0.5,0.25,0.125"]
    try expectMean(
      try calibrate(["chw.onnx", "--data", "photos"] + options + normalized),
      [
        (means[0] / 255 - 0.1) / 0.5, (means[1] / 255 - 0.2) / 0.25,
        (means[2] / 255 - 0.3) / 0.125,
      ])
    let wrong = try calibrate(["chw.onnx", "--data", "photos", "--mean", "1,2"])
    #expect(wrong.status == 64, "\(wrong.errors)")
    let small = try calibrate(["chw.onnx", "--data", "photos", "--resize", "4"])
    #expect(small.status == 64 && small.errors.contains("smaller than a sample"))
    try folder.write(
      Array(try TestFiles.bytes(folder.path("a.png")).dropLast(20)), to: "photos/three/c.png")
    let damaged = try calibrate(["chw.onnx", "--data", "photos"])
    #expect(damaged.status == 65)
    #expect(damaged.errors.contains("photos/three/c.png: byte"), "\(damaged.errors)")
    try folder.write([], to: "none/x.txt")
    #expect(try calibrate(["chw.onnx", "--data", "none"]).errors.contains("there is no image"))
  }

  @Test("The classes that folders tell")
  func folders() throws {
    try model("chw.onnx", shape: "[3, 12, 16]", channels: 3)
    for name in ["b/1.png", "a/2.png"] {
      try folder.write(try TestFiles.bytes("\(Self.images)/rgb.png"), to: "photos/\(name)")
    }
    let run = try calibrate(["chw.onnx", "--data", "photos", "--labels", "folders"])
    #expect(run.status == 0, "\(run.errors)")
    let accuracy = try JSONObject(run, schema: "bnfold.calibrate")["accuracy"]
    // The largest of all pixels is no class of the two.
    #expect(accuracy?.integer("right_before") == 0)
    try folder.write(try TestFiles.bytes("\(Self.images)/rgb.png"), to: "photos/3.png")
    let loose = try calibrate(["chw.onnx", "--data", "photos", "--labels", "folders"])
    #expect(loose.errors.contains("stands in no folder"), "\(loose.errors)")
    let arrays = try calibrate(
      ["chw.onnx", "--data", "\(Self.images)/digits.idx", "--labels", "folders"])
    #expect(arrays.status != 0)
  }

  @Test("IDX files, plain and packed, in the input's shape", arguments: ["[1, 4, 5]", "[4, 5]"])
  func idx(_ shape: String) throws {
    try model("m.onnx", shape: shape, channels: shape == "[4, 5]" ? 4 : 1)
    let digits = try #require(try Arrays.read("\(Self.images)/expected.npz")["digits"]).2
    var means = [digits.reduce(0, +) / 60 / 255]
    if shape == "[4, 5]" {
      means = (0..<4).map { row in
        let numbers = digits.indices.filter { $0 / 5 % 4 == row }.map { digits[$0] }
        return numbers.reduce(0, +) / 15 / 255
      }
    }
    for name in ["digits.idx", "digits.idx.gz"] {
      try expectMean(try calibrate(["m.onnx", "--data", "\(Self.images)/\(name)"]), means)
    }
  }

  @Test("One number of an .npz is the same for every sample")
  func scalars() throws {
    let sample = try Samples.named("branches")
    let run = try calibrate([sample.model, "--data", sample.input])
    #expect(run.status == 0, "\(run.errors)")
  }
}
