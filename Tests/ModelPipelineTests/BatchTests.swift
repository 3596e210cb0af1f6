import ModelReports
import Synchronization
import TestSupport
import Testing

@testable import ModelPipeline

@Suite("Many models")
struct BatchTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  /// Runs and gives the reports by input, and how many failed.
  private func run(
    resumes: Bool = false, jobs: Int = 2, memory: Int = 1 << 30
  ) throws -> (reports: [String: BatchItemReport], failures: Int) {
    var request = BatchRequest(
      input: folder.path("in"), output: folder.path("out"),
      fold: FoldRequest(input: "", output: nil), jobs: jobs, memory: memory)
    request.results = folder.path("results.jsonl")
    request.resumes = resumes
    let collected = Mutex<[BatchItemReport]>([])
    let failures = try BatchPipeline(request) { (65, "\($0)") }.run { report in
      collected.withLock { $0.append(report) }
    }
    let reports = collected.withLock { $0 }
    return (Dictionary(uniqueKeysWithValues: reports.map { ($0.input, $0) }), failures)
  }

  private func writeModels() throws {
    for name in ["a.onnx", "b/c.onnx", "b/d.onnx", "e.onnx"] {
      try folder.write(ConvolutionFile(scale: [2, 3]).bytes, to: "in/\(name)")
    }
    try folder.write([1, 2, 3], to: "in/b/bad.onnx")
    try folder.write([1], to: "in/readme.txt")
  }

  @Test("One that fails does not stop the others", arguments: [1, 2, 4])
  func oneFails(jobs: Int) throws {
    try writeModels()
    // Memory for one at a time: they take turns.
    let (reports, failures) = try run(jobs: jobs, memory: jobs == 4 ? 1 : 1 << 30)
    #expect(failures == 1)
    #expect(reports.count == 5)
    for name in ["a.onnx", "b/c.onnx", "b/d.onnx", "e.onnx"] {
      #expect(reports[name]?.status == .done)
      #expect(reports[name]?.folded == 1)
      #expect(reports[name]?.verdict == "passed")
      #expect(folder.read("out/\(name)")?.count == reports[name]?.outputBytes)
    }
    #expect(reports["b/bad.onnx"]?.status == .failed)
    #expect(reports["b/bad.onnx"]?.exitCode == 65)
    #expect(folder.read("out/b/bad.onnx") == nil)
    let lines = try #require(folder.read("results.jsonl")).split(separator: UInt8(ascii: "\n"))
    #expect(lines.count == 5)
  }

  @Test("A run goes on where another stopped")
  func resumes() throws {
    try writeModels()
    _ = try run()
    try folder.write(Array("{\"schema\": \"bnfold.fold-it".utf8), to: "torn")
    try folder.write(
      try #require(folder.read("results.jsonl")) + #require(folder.read("torn")),
      to: "results.jsonl")
    try folder.write(ConvolutionFile(scale: [5, 3]).bytes + [0x32, 0], to: "in/a.onnx")
    try TestFiles.remove(folder.path("out/e.onnx"))
    let (reports, failures) = try run(resumes: true)
    #expect(failures == 1)
    #expect(reports["a.onnx"]?.status == .done, "it has changed")
    #expect(reports["e.onnx"]?.status == .done, "its output is gone")
    #expect(reports["b/bad.onnx"]?.status == .failed, "it failed before")
    #expect(reports["b/c.onnx"]?.status == .skipped)
    #expect(reports["b/d.onnx"]?.status == .skipped)
    // What was passed over is still known as done.
    #expect(try run(resumes: true).reports.values.count { $0.status == .skipped } == 4)
  }

  @Test("An output folder inside the input folder holds no inputs")
  func nestedOutput() throws {
    try writeModels()
    var request = BatchRequest(
      input: folder.path("in"), output: folder.path("in/folded"),
      fold: FoldRequest(input: "", output: nil), jobs: 1, memory: 1 << 30)
    request.fold.verification = nil
    for _ in 0..<2 {
      let count = Atomic(0)
      _ = try BatchPipeline(request) { (65, "\($0)") }.run { _ in
        count.add(1, ordering: .relaxed)
      }
      #expect(count.load(ordering: .relaxed) == 5)
    }
  }

  @Test("A folder without models is an error")
  func empty() throws {
    try folder.write([1], to: "in/x.txt")
    let error = #expect(throws: PipelineError.self) { try run() }
    #expect(error?.kind == .badInput)
  }
}
