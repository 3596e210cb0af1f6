public import ModelVerification

/// What a conversion carried over, and what it could not.
public struct ConversionReport: Sendable {
  /// The input's path.
  public var input: String
  /// The output's path.
  public var output: String
  /// The input's format.
  public var from: String
  /// The output's format.
  public var to: String
  /// Tensors written.
  public var tensors = 0
  /// Bytes written.
  public var bytes = 0
  /// What did not come along.
  public var losses: [String]
  /// What a user should know.
  public var notes: [String]
  /// What the comparison of a written model found; nil where none was made.
  public var verification: VerificationReport?
  /// How long each step took.
  public var stages: [StageTime] = []
  /// Bytes of memory the process took at most.
  public var peakMemory: Int?
  /// Whether the text tells time and memory.
  public var tellsTiming = false

  /// Makes a report from its parts.
  public init(
    input: String, output: String, from: String, to: String, losses: [String] = [],
    notes: [String] = []
  ) {
    self.input = input
    self.output = output
    self.from = from
    self.to = to
    self.losses = losses
    self.notes = notes
  }
}

extension ConversionReport: Report {
  /// Names the JSON object.
  public static var schema: String { "bnfold.convert" }

  /// What was written, what was lost, the verdict.
  public func text(_ style: TextStyle) -> String {
    var lines = Paragraph.lines("\(input) → \(output)", style)
    lines[0] = style.colored(lines[0], .strong)
    lines += Paragraph.lines("\(from) to \(to): \(tensors) tensors, \(bytes) bytes", style)
    for loss in losses { lines += Paragraph.lines(loss, label: "lost    ", style) }
    for note in notes { lines += Paragraph.lines(note, label: "note    ", style) }
    if let verification { lines += verification.summaryLines(style) }
    if tellsTiming { lines += StageTime.lines(stages, peakMemory: peakMemory, style) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The same as JSON.
  public var members: [JSONValue.Member] {
    [
      .init("input", .string(input)),
      .init("output", .string(output)),
      .init("from", .string(from)),
      .init("to", .string(to)),
      .init("tensors", .integer(tensors)),
      .init("bytes", .integer(bytes)),
      .init("losses", .strings(losses)),
      .init("notes", .strings(notes)),
      .init("verification", verification?.json ?? .null),
      .init("seconds", StageTime.json(stages)),
      .init("peak_memory_bytes", peakMemory.map { .integer($0) } ?? .null),
    ]
  }
}
