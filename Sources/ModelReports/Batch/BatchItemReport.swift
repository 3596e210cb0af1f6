/// What became of one model of many, in one line.
public struct BatchItemReport: Sendable {
  /// What became of it.
  public enum Status: String, Sendable {
    /// It was folded, verified and written.
    case done
    /// It was not written.
    case failed
    /// An earlier run did it.
    case skipped
  }

  /// Its path below the input folder, and below the output folder.
  public var input: String
  /// What became of it.
  public var status: Status
  /// What a run for this model alone would have ended with.
  public var exitCode: Int32 = 0
  /// What went wrong.
  public var error: String?
  /// Sites that were folded.
  public var folded = 0
  /// Batch normalizations that were kept.
  public var kept = 0
  /// "passed", "passed in part", "failed"; nil where nothing was verified.
  public var verdict: String?
  /// Bytes of the input.
  public var inputBytes: Int
  /// When the input was changed last, in nanoseconds since 1970.
  public var inputModified: Int
  /// Bytes of the output; 0 where there is none.
  public var outputBytes = 0
  /// How long it took.
  public var seconds = 0.0

  /// A model that was not done yet.
  public init(input: String, status: Status, inputBytes: Int, inputModified: Int) {
    self.input = input
    self.status = status
    self.inputBytes = inputBytes
    self.inputModified = inputModified
  }

  /// The line for programs.
  public var json: JSONValue {
    .members([
      "schema": .string("bnfold.fold-item"), "version": .integer(1), "input": .string(input),
      "status": .string(status.rawValue), "exit_code": .integer(Int(exitCode)),
      "error": error.map { .string($0) } ?? .null, "folded": .integer(folded),
      "kept": .integer(kept), "verification": verdict.map { .string($0) } ?? .null,
      "input_bytes": .integer(inputBytes), "input_modified": .integer(inputModified),
      "output_bytes": .integer(outputBytes), "seconds": .number(seconds),
    ])
  }

  /// The line for people.
  public func text(_ style: TextStyle) -> String {
    let (tag, tone): (String, TextStyle.Tone) =
      switch status {
      case .done: ("done    ", .good)
      case .failed: ("FAILED  ", .bad)
      case .skipped: ("skipped ", .warning)
      }
    let facts =
      switch status {
      case .done:
        "\(folded) folded, \(kept) kept, "
          + (verdict.map { "verification \($0)" } ?? "not verified")
      case .failed: "exit code \(exitCode): \(error ?? "")"
      case .skipped: "done before"
      }
    return style.colored(tag, tone) + style.plain("\(input): \(facts)") + "\n"
  }
}
