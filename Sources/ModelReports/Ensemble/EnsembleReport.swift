/// What became one model out of several.
public struct EnsembleReport: Sendable {
  /// One of the networks.
  public struct Network: Sendable, Hashable {
    /// Its path.
    public var path: String
    /// What it holds.
    public var totals: ModelTotals
    /// Outputs that got a Softmax: "scores along axis 1".
    public var softmax: [String]

    /// Makes a network from its parts.
    public init(path: String, totals: ModelTotals, softmax: [String]) {
      self.path = path
      self.totals = totals
      self.softmax = softmax
    }
  }

  /// How the written model compares with the mean of its members.
  public enum Check: Sendable, Hashable {
    /// They agree: on which inputs, the largest |difference| / max(1, |mean|), what it may be.
    case passed(inputs: [String], worst: Double, bound: Double)
    /// They could not be run; the graphs were compared.
    case notRun(String)
  }

  /// The networks in their order.
  public var networks: [Network]
  /// The ensemble's path.
  public var output: String
  /// What it takes.
  public var inputs: [ExtractionReport.Port]
  /// What it makes.
  public var outputs: [ExtractionReport.Port]
  /// What it holds.
  public var totals: ModelTotals
  /// How it was verified.
  public var check: Check
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
    networks: [Network], output: String, inputs: [ExtractionReport.Port],
    outputs: [ExtractionReport.Port], totals: ModelTotals, check: Check, notes: [String] = [],
    stages: [StageTime] = [], peakMemory: Int? = nil
  ) {
    self.networks = networks
    self.output = output
    self.inputs = inputs
    self.outputs = outputs
    self.totals = totals
    self.check = check
    self.notes = notes
    self.stages = stages
    self.peakMemory = peakMemory
  }
}

extension EnsembleReport: Report {
  /// Names the JSON object.
  public static var schema: String { "bnfold.ensemble" }

  /// Members, ports and the verdict.
  public func text(_ style: TextStyle) -> String {
    var lines = Paragraph.lines("\(networks.count) members → \(output)", style)
    lines[0] = style.colored(lines[0], .strong)
    var table = TextTable([
      .init("member", isFlexible: true), .init("nodes", .right), .init("parameters", .right),
      .init("bytes", .right),
    ])
    for (name, totals) in networks.map({ ($0.path, $0.totals) }) + [(output, totals)] {
      table.add([
        name, NumberText.grouped(totals.nodes), NumberText.grouped(totals.parameters),
        NumberText.grouped(totals.bytes),
      ])
    }
    lines += [""] + table.lines(style)
    lines += ExtractionReport.Port.tables(inputs: inputs, outputs: outputs, style)
    lines.append("")
    for network in networks {
      for output in network.softmax {
        lines += Paragraph.lines(
          "Softmax of \(output) in \(network.path)", label: "added   ", style)
      }
    }
    for note in notes { lines += Paragraph.lines(note, label: "note    ", style) }
    switch check {
    case .passed(let inputs, let worst, let bound):
      let text =
        "verified: equal to the mean of the separate runs in Double "
        + "(\(inputs.joined(separator: "; "))): off by at most "
        + "\(NumberText.significant(worst)), \(NumberText.significant(bound)) allowed"
      lines += Paragraph.lines(text, style)
    case .notRun(let reason):
      let text = "verified: the graph is that of its members; they were not run: \(reason)"
      lines += Paragraph.lines(text, style)
    }
    if tellsTiming { lines += StageTime.lines(stages, peakMemory: peakMemory, style) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The same as JSON.
  public var members: [JSONValue.Member] {
    let networks = networks.map { network in
      JSONValue.members([
        "path": .string(network.path), "totals": network.totals.json,
        "softmax": .strings(network.softmax),
      ])
    }
    return [
      .init("members", .array(networks)),
      .init("output", .string(output)),
      .init("inputs", ExtractionReport.Port.json(inputs)),
      .init("outputs", ExtractionReport.Port.json(outputs)),
      .init("totals", totals.json),
      .init("check", checkJSON),
      .init("notes", .strings(notes)),
      .init("seconds", StageTime.json(stages)),
      .init("peak_memory_bytes", peakMemory.map { .integer($0) } ?? .null),
    ]
  }

  private var checkJSON: JSONValue {
    switch check {
    case .passed(let inputs, let worst, let bound):
      .members([
        "ran": .bool(true), "inputs": .strings(inputs), "worst": .number(worst),
        "bound": .number(bound), "reason": .null,
      ])
    case .notRun(let reason):
      .members([
        "ran": .bool(false), "inputs": .array([]), "worst": .null, "bound": .null,
        "reason": .string(reason),
      ])
    }
  }
}
