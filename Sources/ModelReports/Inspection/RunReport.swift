/// What a run of a model gave.
public struct RunReport: Sendable {
  /// One output and the range of its elements.
  public struct Output: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// Its type: "float32".
    public var type: String
    /// Its extents.
    public var shape: [Int]
    /// The smallest element that is no NaN; nil where there is none.
    public var minimum: Double?
    /// The largest element that is no NaN.
    public var maximum: Double?
    /// The mean of the finite elements.
    public var mean: Double?
    /// Elements that are NaN or infinite.
    public var notFinite: Int

    /// Describes an output by its elements.
    public init(name: String, type: String, shape: [Int], elements: [Double]) {
      self.name = name
      self.type = type
      self.shape = shape
      let numbers = elements.lazy.filter { !$0.isNaN }
      minimum = numbers.min()
      maximum = numbers.max()
      let finite = elements.lazy.filter(\.isFinite)
      let count = finite.count
      mean = count > 0 ? finite.reduce(0, +) / Double(count) : nil
      notFinite = elements.count - count
    }
  }

  /// How long one of several runs took.
  public struct Time: Sendable, Hashable {
    /// Wall-clock time.
    public var seconds: Double
    /// What all processors worked for it; nil where the system does not tell.
    public var processorSeconds: Double?

    /// Makes a time from its parts.
    public init(seconds: Double, processorSeconds: Double?) {
      self.seconds = seconds
      self.processorSeconds = processorSeconds
    }
  }

  /// The model's path.
  public var model: String
  /// Where the outputs were written; nil when they were not.
  public var written: String?
  /// What each input was: "given", "normal, seed 1".
  public var inputs: [(name: String, origin: String, shape: [Int])]
  /// The outputs in the model's order.
  public var outputs: [Output]
  /// Runs that were only timed.
  public var repeats: [Time]
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
    model: String, written: String?, inputs: [(name: String, origin: String, shape: [Int])],
    outputs: [Output], repeats: [Time] = [], notes: [String] = [], stages: [StageTime] = [],
    peakMemory: Int? = nil
  ) {
    self.model = model
    self.written = written
    self.inputs = inputs
    self.outputs = outputs
    self.repeats = repeats
    self.notes = notes
    self.stages = stages
    self.peakMemory = peakMemory
  }
}

extension RunReport: Report {
  /// Names the JSON object.
  public static var schema: String { "bnfold.run" }

  /// A table of inputs and one of outputs.
  public func text(_ style: TextStyle) -> String {
    var lines = Paragraph.lines(written.map { "\(model) → \($0)" } ?? model, style)
    lines[0] = style.colored(lines[0], .strong)
    var given = TextTable([
      .init("input", isFlexible: true), .init("shape"), .init("numbers", isFlexible: true),
    ])
    for input in inputs { given.add([input.name, "\(input.shape)", input.origin]) }
    if !inputs.isEmpty { lines += [""] + given.lines(style) }
    var made = TextTable([
      .init("output", isFlexible: true), .init("type"), .init("shape"), .init("min", .right),
      .init("max", .right), .init("mean", .right),
    ])
    func text(_ number: Double?) -> String { number.map(NumberText.significant) ?? "" }
    for output in outputs {
      made.add([
        output.name, output.type, "\(output.shape)", text(output.minimum), text(output.maximum),
        text(output.mean),
      ])
    }
    lines += [""] + made.lines(style)
    for output in outputs where output.notFinite > 0 {
      lines += Paragraph.lines(
        "\(output.name): \(output.notFinite) elements are NaN or infinite", label: "warning ",
        style)
    }
    if !repeats.isEmpty {
      let seconds = repeats.map(\.seconds).sorted()
      lines += Paragraph.lines(
        "\(seconds.count) times: \(NumberText.seconds(seconds[0])) at best, "
          + "\(NumberText.seconds(seconds[seconds.count / 2])) in the middle",
        label: "repeat  ", style)
    }
    for note in notes { lines += Paragraph.lines(note, label: "note    ", style) }
    if tellsTiming { lines += StageTime.lines(stages, peakMemory: peakMemory, style) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The same as JSON.
  public var members: [JSONValue.Member] {
    [
      .init("model", .string(model)),
      .init("written", written.map { .string($0) } ?? .null),
      .init(
        "inputs",
        .array(
          inputs.map { input in
            .members([
              "name": .string(input.name), "origin": .string(input.origin),
              "shape": .array(input.shape.map { .integer($0) }),
            ])
          })),
      .init("outputs", .array(outputs.map(\.json))),
      .init(
        "repeats",
        .array(
          repeats.map { time in
            .members([
              "seconds": .number(time.seconds),
              "processor_seconds": time.processorSeconds.map { .number($0) } ?? .null,
            ])
          })),
      .init("notes", .strings(notes)),
      .init("seconds", StageTime.json(stages)),
      .init("peak_memory_bytes", peakMemory.map { .integer($0) } ?? .null),
    ]
  }
}

extension RunReport.Output {
  fileprivate var json: JSONValue {
    .members([
      "name": .string(name), "type": .string(type),
      "shape": .array(shape.map { .integer($0) }),
      "minimum": minimum.map { .number($0) } ?? .null,
      "maximum": maximum.map { .number($0) } ?? .null,
      "mean": mean.map { .number($0) } ?? .null,
      "not_finite": .integer(notFinite),
    ])
  }
}
