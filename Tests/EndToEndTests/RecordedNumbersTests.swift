import TestSupport
import Testing

/// `verify --expected`: what another runtime recorded.
@Suite("Recorded numbers")
struct RecordedNumbersTests {
  private let folder: ScratchFolder
  private let cnn: Samples.Sample

  init() throws {
    folder = try ScratchFolder()
    cnn = try Samples.named("cnn")
  }

  private func verify(_ arguments: [String]) throws -> CommandRun {
    try CommandRun.bnfold(["verify", cnn.model] + arguments, folder: folder.path)
  }

  @Test("onnxruntime's outputs agree with one model, and beside two")
  func agrees() throws {
    let one = try verify(["--input", cnn.input, "--expected", cnn.expected])
    #expect(one.status == 0, "\(one.errors)")
    #expect(one.text.contains("computes what was recorded"))
    let two = try verify([cnn.model, "--input", cnn.input, "--expected", cnn.expected])
    #expect(two.status == 0, "\(two.errors)")
    #expect(two.text.contains("recorded") && two.text.contains("region probe"))
  }

  @Test("Outputs of another input do not agree, and tolerances decide")
  func differs() throws {
    let strict = ["--rtol", "0", "--atol", "0"]
    let run = try verify(["--input", cnn.input, "--expected", cnn.expected] + strict)
    #expect(run.status == 1)
    #expect(run.text.contains("FAILED") && run.text.contains("scores"))
    let loose = try verify([
      "--input", cnn.input, "--expected", cnn.expected, "--rtol", "0", "--atol", "0",
      "--atol", "scores:10",
    ])
    #expect(loose.status == 0, "\(loose.text)")
  }

  @Test("What does not go together is told")
  func misuse() throws {
    let cases: [([String], String)] = [
      ([], "--expected"),
      (["--expected", cnn.expected], "--input"),
      (["--input", cnn.input, "--expected", cnn.input, "--expected", cnn.input], "samples"),
      (["--input", cnn.input, "--expected", "other=\(cnn.expected)"], "\"other\""),
      (["--input", cnn.input, "--expected", cnn.expected, "--rtol", "none:1"], "\"none\""),
      ([cnn.model, "--rtol", "1e-3"], "--expected"),
      (["--input", cnn.input, "--expected", cnn.expected, "--rtol", "-1"], "rtol"),
    ]
    for (arguments, word) in cases {
      let run = try verify(arguments)
      #expect(run.status == 64, "\(arguments): \(run.status) \(run.errors)")
      #expect(run.errors.contains(word), "\(arguments): \(run.errors)")
      #expect(run.text.isEmpty)
    }
  }
}
