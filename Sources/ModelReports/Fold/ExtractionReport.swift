/// What was cut out of a model.
public struct ExtractionReport: Sendable {
  /// An input or output of the part.
  public struct Port: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// Its type and shape: "float32[1, 3, H, 640]".
    public var type: String

    /// Makes a port from its parts.
    public init(name: String, type: String) {
      self.name = name
      self.type = type
    }
  }

  /// The model's path.
  public var input: String
  /// The part's path.
  public var output: String
  /// What the part takes.
  public var inputs: [Port]
  /// What it makes.
  public var outputs: [Port]
  /// The model.
  public var before: ModelTotals
  /// The part.
  public var after: ModelTotals
  /// What a user should know.
  public var notes: [String]
  /// How long each step took.
  public var stages: [StageTime]
  /// Bytes of memory the process took at most.
  public var peakMemory: Int?
  /// Whether the text tells time and memory.
  public var tellsTiming = false

  /// Makes a report from its parts.
  public init(
    input: String, output: String, inputs: [Port], outputs: [Port], before: ModelTotals,
    after: ModelTotals, notes: [String] = [], stages: [StageTime] = [], peakMemory: Int? = nil
  ) {
    self.input = input
    self.output = output
    self.inputs = inputs
    self.outputs = outputs
    self.before = before
    self.after = after
    self.notes = notes
    self.stages = stages
    self.peakMemory = peakMemory
  }
}

extension ExtractionReport: Report {
  /// Names the JSON object.
  public static var schema: String { "bnfold.extract" }

  /// The ports and the table of totals.
  public func text(_ style: TextStyle) -> String {
    var lines = Paragraph.lines("\(input) → \(output)", style)
    lines[0] = style.colored(lines[0], .strong)
    lines += Port.tables(inputs: inputs, outputs: outputs, style)
    lines += [""] + ModelTotals.table(before: before, after: after, style)
    if !notes.isEmpty { lines.append("") }
    for note in notes { lines += Paragraph.lines(note, label: "note    ", style) }
    if tellsTiming { lines += StageTime.lines(stages, peakMemory: peakMemory, style) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The same as JSON.
  public var members: [JSONValue.Member] {
    [
      .init("input", .string(input)),
      .init("output", .string(output)),
      .init("inputs", Port.json(inputs)),
      .init("outputs", Port.json(outputs)),
      .init("before", before.json),
      .init("after", after.json),
      .init("notes", .strings(notes)),
      .init("seconds", StageTime.json(stages)),
      .init("peak_memory_bytes", peakMemory.map { .integer($0) } ?? .null),
    ]
  }
}

extension ExtractionReport.Port {
  /// A table of inputs and one of outputs, each where there are any.
  static func tables(inputs: [Self], outputs: [Self], _ style: TextStyle) -> [String] {
    var lines: [String] = []
    for (title, ports) in [("input", inputs), ("output", outputs)] where !ports.isEmpty {
      var table = TextTable([.init(title, isFlexible: true), .init("type")])
      for port in ports { table.add([port.name, port.type]) }
      lines += [""] + table.lines(style)
    }
    return lines
  }

  static func json(_ ports: [Self]) -> JSONValue {
    .array(ports.map { .members(["name": .string($0.name), "type": .string($0.type)]) })
  }
}
