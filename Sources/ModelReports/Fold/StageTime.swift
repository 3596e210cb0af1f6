/// How long one step of a command took.
public struct StageTime: Sendable, Hashable {
  /// The step: "read", "fold".
  public var name: String
  /// Wall-clock time.
  public var seconds: Double

  /// Makes a time from its parts.
  public init(name: String, seconds: Double) {
    self.name = name
    self.seconds = seconds
  }

  static func json(_ stages: [StageTime]) -> JSONValue {
    .object(stages.map { JSONValue.Member($0.name, .number($0.seconds)) })
  }

  /// `time    read 1.2 ms, fold 0.3 ms; total 1.5 ms` and the memory.
  static func lines(
    _ stages: [StageTime], peakMemory: Int?, _ style: TextStyle
  ) -> [String] {
    guard !stages.isEmpty else { return [] }
    let total = NumberText.seconds(stages.reduce(0) { $0 + $1.seconds })
    let each = stages.map { "\($0.name) \(NumberText.seconds($0.seconds))" }
    var lines = [""]
    lines += Paragraph.lines(
      each.joined(separator: ", ") + "; \(total) in all", label: "time    ", style)
    if let peakMemory { lines.append("memory  \(NumberText.bytes(peakMemory)) at most") }
    return lines
  }
}
