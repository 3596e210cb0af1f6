import TestSupport
import Testing

/// The network of the paper's appendix, with random weights.
@Suite("BN-Inception", .enabled(if: TestPython.path != nil))
struct BNInceptionTests {
  @Test("Every batch normalization of BN-Inception folds, and the fold is verified")
  func folds() throws {
    let folder = try ScratchFolder()
    let made = try CommandRun.program(
      try #require(TestPython.path),
      [
        "\(Samples.repository)/samples/paper/make_bn_inception.py", folder.path("bn.onnx"),
        "--size", "64",
      ])
    #expect(made.status == 0, "\(made.errors)")
    let run = try CommandRun.bnfold(
      ["fold", "bn.onnx", "-o", "folded.onnx", "--json"], folder: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    let report = try JSONObject(run, schema: "bnfold.fold")
    #expect(report["before"]?.integer("batch_normalizations") == 69)
    #expect(report["after"]?.integer("batch_normalizations") == 0)
    #expect(report["verification"]?.text("verdict") == "passed")
  }
}
