internal import ByteStore
internal import Dispatch
internal import ModelFormats
public import ModelReports
internal import ModelVerification
internal import Synchronization

/// Folds every model below a folder, several at once; one that fails does not stop the others.
public struct BatchPipeline: Sendable {
  /// What one model is taken to need, whatever its size.
  private static let baseNeed = 64 << 20
  /// Bytes per byte of a model that is verified: weights of both, widened, and values.
  private static let needPerByte = 6

  private let request: BatchRequest
  private let describe: @Sendable (any Error) -> (exitCode: Int32, text: String)

  /// A pipeline for one request; `describe` says what an error is to the user.
  public init(
    _ request: BatchRequest,
    describing describe: @escaping @Sendable (any Error) -> (exitCode: Int32, text: String)
  ) {
    self.request = request
    self.describe = describe
  }

  /// Does it; `reporting` gets each model's report as it is done, one at a time.
  ///
  /// Returns how many failed.
  /// Errors: `FileAccessError` of the folders and of the file of results, `PipelineError` where
  /// there is no model at all.
  public func run(reporting: @Sendable (BatchItemReport) throws -> Void) throws -> Int {
    let names = try models()
    guard !names.isEmpty else {
      throw PipelineError(.badInput, "there is no model in \(request.input)")
    }
    let history =
      request.resumes ? try request.results.map { try BatchHistory($0) } : nil
    let log = try request.results.map { path throws(FileAccessError) in try LineLog(path) }
    let facts = names.map { FileFacts("\(request.input)/\($0)") }
    let needs = facts.map { Self.baseNeed + ($0?.count ?? 0) * needPerByte }
    let queue = BatchQueue(needs: needs, memory: request.memory)
    let failures = Atomic(0)
    let trouble = Mutex<(any Error)?>(nil)
    DispatchQueue.concurrentPerform(iterations: max(1, request.jobs)) { _ in
      while trouble.withLock({ $0 == nil }), let position = queue.take() {
        let report = item(names[position], facts[position], history)
        queue.finish(position)
        if report.status == .failed { failures.add(1, ordering: .relaxed) }
        trouble.withLock { trouble in
          guard trouble == nil else { return }
          do {
            if report.status != .skipped { try log?.append(report.json.line) }
            try reporting(report)
          } catch {
            trouble = error
          }
        }
      }
    }
    if let error = trouble.withLock({ $0 }) { throw error }
    return failures.load(ordering: .relaxed)
  }

  private var needPerByte: Int { request.fold.verification == nil ? 0 : Self.needPerByte }

  /// The models below the input folder, without what lies below an output folder inside it.
  private func models() throws -> [String] {
    let endings = Formats.registry(request.fold.reading.settings).usualExtensions.map { ".\($0)" }
    let prefix = "\(request.input)/"
    let inside =
      request.output.hasPrefix(prefix) ? "\(request.output.dropFirst(prefix.count))/" : nil
    return try FolderTree.files(below: request.input) { path in
      let name = path.lowercased()
      guard endings.contains(where: name.hasSuffix) else { return false }
      return inside.map { !path.hasPrefix($0) } ?? true
    }
  }

  private func item(
    _ name: String, _ facts: FileFacts?, _ history: BatchHistory?
  ) -> BatchItemReport {
    var report = BatchItemReport(
      input: name, status: .done, inputBytes: facts?.count ?? 0,
      inputModified: facts?.modified ?? 0)
    let output = "\(request.output)/\(name)"
    if let facts, let history, history.isDone(name, facts, output: output) {
      report.status = .skipped
      return report
    }
    let began = ContinuousClock.now
    do {
      try FolderTree.make(FolderTree.folder(of: output))
      var fold = request.fold
      fold.input = "\(request.input)/\(name)"
      fold.output = output
      let result = try FoldPipeline(fold).run()
      report.folded = result.folded
      report.kept = result.kept
      report.verdict = result.verification?.verdict.rawValue
      report.outputBytes = FileFacts(output)?.count ?? 0
      if let failure = result.failure {
        report.status = .failed
        report.exitCode = 1
        report.error = failure
      }
    } catch {
      let (exitCode, text) = describe(error)
      report.status = .failed
      report.exitCode = exitCode
      report.error = text
    }
    let elapsed = ContinuousClock.now - began
    report.seconds =
      Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
    return report
  }
}
