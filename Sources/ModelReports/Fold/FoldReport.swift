public import ModelVerification

/// What a fold did to a model, and what its verification found.
public struct FoldReport: Sendable {
  /// What became of the output.
  public enum Ending: Sendable, Hashable {
    /// It was written.
    case written
    /// Nothing could be folded, so it is the input's copy.
    case copied
    /// It was not wanted (a plan only).
    case planned
    /// It was not written, and why.
    case refused(String)
    /// It was written although something failed, for study; and what failed.
    case keptForStudy(String)
  }

  /// The model's path.
  public var input: String
  /// The output's path.
  public var output: String
  /// The model as it was.
  public var before: ModelTotals
  /// The model as it is written; bytes are nil-like 0 where nothing was written.
  public var after: ModelTotals
  /// Every site in the order of the graphs.
  public var sites: [SiteReport]
  /// What became of the output.
  public var ending: Ending
  /// What the comparison of the written file found; nil when none was wanted.
  public var verification: VerificationReport?
  /// What a user should know.
  public var notes: [String]
  /// How long each step took.
  public var stages: [StageTime]
  /// Bytes of memory the process took at most.
  public var peakMemory: Int?
  /// Whether the text has a line for every site.
  public var explains = false
  /// What a page shows besides; nil where none is wanted.
  public var details: ModelDetails?
  /// Whether the text tells time and memory.
  public var tellsTiming = false

  /// Makes a report from its parts.
  public init(
    input: String, output: String, before: ModelTotals, after: ModelTotals,
    sites: [SiteReport] = [], ending: Ending = .written,
    verification: VerificationReport? = nil, notes: [String] = [], stages: [StageTime] = [],
    peakMemory: Int? = nil
  ) {
    self.input = input
    self.output = output
    self.before = before
    self.after = after
    self.sites = sites
    self.ending = ending
    self.verification = verification
    self.notes = notes
    self.stages = stages
    self.peakMemory = peakMemory
  }

  /// Batch normalizations that are still there.
  public var kept: Int { sites.count { $0.isBatchNormalization && $0.isKept } }

  /// Sites that were folded.
  public var folded: Int { sites.count(where: \.isFolded) }

  /// Whether something failed, so that the exit code is 1.
  public var hasFailed: Bool { failure != nil }

  /// What failed.
  public var failure: String? {
    switch ending {
    case .written, .copied, .planned: nil
    case .refused(let reason), .keptForStudy(let reason): reason
    }
  }
}
