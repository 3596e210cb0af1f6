public import ModelVerification

/// What `verify A B` found.
public struct ComparisonReport: Sendable {
  /// The path of the model that is right by definition.
  public var original: String
  /// The path of the other; nil where recorded numbers are compared alone.
  public var written: String?
  /// What the comparison found.
  public var verification: VerificationReport
  /// What a user should know.
  public var notes: [String]
  /// How long each step took.
  public var stages: [StageTime]
  /// Bytes of memory the process took at most.
  public var peakMemory: Int?
  /// What a page shows besides; nil where none is wanted.
  public var details: ModelDetails?
  /// Whether the text tells time and memory.
  public var tellsTiming = false
  /// Whether the text has all figures of every output and surviving value.
  public var showsFigures = false

  /// Makes a report from its parts.
  public init(
    original: String, written: String?, verification: VerificationReport, notes: [String] = [],
    stages: [StageTime] = [], peakMemory: Int? = nil
  ) {
    self.original = original
    self.written = written
    self.verification = verification
    self.notes = notes
    self.stages = stages
    self.peakMemory = peakMemory
  }
}

extension ComparisonReport: Report {
  /// Names the JSON object.
  public static var schema: String { "bnfold.verify" }

  /// The verdict and its figures.
  public func text(_ style: TextStyle) -> String {
    var lines = Paragraph.lines("\(original) and \(written ?? "recorded numbers")", style)
    lines[0] = style.colored(lines[0], .strong)
    for note in notes { lines += Paragraph.lines(note, label: "note    ", style) }
    lines += verification.summaryLines(style)
    if showsFigures { lines += verification.figureLines(style) }
    if tellsTiming { lines += StageTime.lines(stages, peakMemory: peakMemory, style) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The same as JSON.
  public var members: [JSONValue.Member] {
    [
      .init("original", .string(original)),
      .init("written", written.map { .string($0) } ?? .null),
      .init("verification", verification.json),
      .init("notes", .strings(notes)),
      .init("seconds", StageTime.json(stages)),
      .init("peak_memory_bytes", peakMemory.map { .integer($0) } ?? .null),
    ]
  }
}
