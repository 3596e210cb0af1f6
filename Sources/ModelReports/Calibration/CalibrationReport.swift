public import ModelCalibration

/// What an estimation of statistics gave.
public struct CalibrationReport: Sendable {
  /// How often the right class came first.
  public struct Accuracy: Sendable, Hashable {
    /// Labels.
    public var samples: Int
    /// Right ones with the stored statistics.
    public var before: Int
    /// Right ones with the new statistics.
    public var after: Int

    /// Makes figures from their parts.
    public init(samples: Int, before: Int, after: Int) {
      self.samples = samples
      self.before = before
      self.after = after
    }
  }

  /// The model's path.
  public var model: String
  /// Where the model or the part went.
  public var written: String
  /// How variances are estimated; nil for a part, from which either can be.
  public var estimator: VarianceEstimator?
  /// What goes into a batch normalization before its own are known.
  public var forward: ForwardMode
  /// How samples were cut.
  public var plan: BlockPlan
  /// Which process of several this was; nil where there is one.
  public var shard: Shard?
  /// Blocks that this run computed.
  public var computedBlocks: Int
  /// Blocks that earlier runs or other processes had computed.
  public var takenBlocks = 0
  /// Batch normalizations with new statistics.
  public var normalizations: [CalibrationLine] = []
  /// Batch normalizations that keep theirs, and why.
  public var kept: [CalibrationRefusal] = []
  /// With labels.
  public var accuracy: Accuracy?
  /// What the data was.
  public var data: [String] = []
  /// What a user should know.
  public var notes: [String] = []
  /// How long each step took.
  public var stages: [StageTime] = []
  /// Bytes of memory the process took at most.
  public var peakMemory: Int?
  /// Whether the text tells time and memory.
  public var tellsTiming = false

  /// Makes a report that tells of no batch normalization yet.
  public init(
    model: String, written: String, estimator: VarianceEstimator?, forward: ForwardMode,
    plan: BlockPlan, shard: Shard? = nil, computedBlocks: Int
  ) {
    self.model = model
    self.written = written
    self.estimator = estimator
    self.forward = forward
    self.plan = plan
    self.shard = shard
    self.computedBlocks = computedBlocks
  }
}

extension CalibrationReport: Report {
  /// Names the JSON object.
  public static var schema: String { "bnfold.calibrate" }

  /// What was seen, a table of batch normalizations, accuracy.
  public func text(_ style: TextStyle) -> String {
    var lines = Paragraph.lines("\(model) → \(written)", style)
    lines[0] = style.colored(lines[0], .strong)
    lines += Paragraph.lines(summary, style)
    if !normalizations.isEmpty {
      lines += [""] + CalibrationTable.table.lines(normalizations, RowSelection(), style)
    }
    if !kept.isEmpty { lines.append("") }
    for refusal in kept {
      lines += Paragraph.lines(
        "\(refusal.name) keeps its statistics: \(refusal.reason)", label: "kept    ", style)
    }
    if let accuracy { lines += [""] + Paragraph.lines(Self.text(accuracy), style) }
    if !notes.isEmpty { lines.append("") }
    for note in notes { lines += Paragraph.lines(note, label: "note    ", style) }
    if tellsTiming { lines += StageTime.lines(stages, peakMemory: peakMemory, style) }
    return lines.joined(separator: "\n") + "\n"
  }

  private var summary: String {
    func count(_ number: Int, _ what: String, _ plural: String? = nil) -> String {
      "\(NumberText.grouped(number)) \(number == 1 ? what : plural ?? what + "s")"
    }
    var text = count(plan.samples, "sample") + ", "
    text += count(plan.batches, "mini-batch", "mini-batches") + " of \(plan.batchSize)"
    if let short = plan.shortBatch, plan.batches > 1 {
      text += ", the last one of \(short), counted by its size"
    }
    text += "; forward by \(forward.rawValue) statistics"
    if let estimator { text += ", \(estimator.rawValue) variance" }
    if let shard {
      text += "; shard \(shard): " + count(computedBlocks + takenBlocks, "block")
      text += " of \(NumberText.grouped(plan.blocks))"
    }
    if takenBlocks > 0, shard != nil { text += ", \(takenBlocks) of them were there" }
    return text
  }

  private static func text(_ accuracy: Accuracy) -> String {
    func share(_ right: Int) -> String {
      NumberText.fixed(100 * Double(right) / Double(max(1, accuracy.samples)), decimals: 2) + " %"
    }
    return "accuracy on \(NumberText.grouped(accuracy.samples)) samples: "
      + "\(share(accuracy.before)) before, \(share(accuracy.after)) after"
  }

  /// The same as JSON.
  public var members: [JSONValue.Member] {
    [
      .init("model", .string(model)), .init("written", .string(written)),
      .init("estimator", estimator.map { .string($0.rawValue) } ?? .null),
      .init("forward", .string(forward.rawValue)),
      .init("data", .strings(data)),
      .init("samples", .integer(plan.samples)), .init("batch_size", .integer(plan.batchSize)),
      .init("batches", .integer(plan.batches)),
      .init("short_batch", plan.shortBatch.map { .integer($0) } ?? .null),
      .init("block_size", .integer(plan.blockSize)), .init("blocks", .integer(plan.blocks)),
      .init("shard", shard.map { .string("\($0)") } ?? .null),
      .init("computed_blocks", .integer(computedBlocks)),
      .init("taken_blocks", .integer(takenBlocks)),
      .init("normalizations", .array(normalizations.map(\.json))),
      .init(
        "kept",
        .array(
          kept.map { .members(["name": .string($0.name), "reason": .string($0.reason)]) })),
      .init(
        "accuracy",
        accuracy.map {
          .members([
            "samples": .integer($0.samples), "right_before": .integer($0.before),
            "right_after": .integer($0.after),
          ])
        } ?? .null),
      .init("notes", .strings(notes)),
      .init("seconds", StageTime.json(stages)),
      .init("peak_memory_bytes", peakMemory.map { .integer($0) } ?? .null),
    ]
  }
}
