internal import ModelIR

/// What one sample showed.
struct SampleResult {
  /// Why it was not run to the end; nil when it was.
  var problem: String?
  /// Whether another extent for symbolic dimensions may help.
  var mayFitOtherwise = false
  /// Nodes that ran.
  var progress = 0
  /// Layer 3, by position in the list of changed regions; the worst of all iterations.
  var judgements: [Int: RegionJudge.Judgement] = [:]
  /// Layer 4, in graph order.
  var values: [ValueFigures] = []
  /// Layer 4, of outputs.
  var outputs: [ValueFigures] = []
  /// Differences that layer 4 is sure of.
  var failures: [VerificationFailure] = []
  /// Values that they are about.
  var disputed: Set<ValueID> = []
  /// What layer 4 could not compare.
  var gaps: [CoverageGap] = []

  /// Adds a judgement of a region; a failure stays, else the larger error.
  mutating func add(_ judgement: RegionJudge.Judgement, of region: Int) {
    guard let known = judgements[region] else {
      judgements[region] = judgement
      return
    }
    judgements[region] = known.merged(with: judgement)
  }
}

extension RegionJudge.Judgement {
  /// The worse of two judgements of one region, with the counts of both.
  func merged(with other: RegionJudge.Judgement) -> RegionJudge.Judgement {
    var result = outcome.isWorse(than: other.outcome) ? self : other
    result.undecided = undecided + other.undecided
    result.notFinite = notFinite + other.notFinite
    return result
  }
}

extension RegionCheck.Outcome {
  /// Failures are worse than passes, and passes tell more than what was not covered.
  func isWorse(than other: RegionCheck.Outcome) -> Bool {
    switch (self, other) {
    case (.failed(let a), .failed(let b)), (.passed(let a), .passed(let b)): a >= b
    case (.failed, _): true
    case (_, .failed): false
    case (.passed, _): true
    case (.notCovered, .passed): false
    case (.notCovered, .notCovered): true
    }
  }
}
