public import GraphTransforms
public import ModelFormats
public import ModelVerification

/// A fold that is wanted: from where to where, and how.
public struct FoldRequest: Sendable {
  /// The model's path; "-" is the standard input.
  public var input: String
  /// The output's path; "-" is the standard output, nil means that only the plan is wanted.
  public var output: String?
  /// What may be read.
  public var reading = ReadOptions()
  /// What the user wants changed before anything is folded; the comparison is with the edited model.
  public var edits: [any ModelEdit] = []
  /// The path of a plan: what it folds is folded, and nothing else.
  public var plan: String?
  /// What may be folded.
  public var folding = FoldOptions()
  /// Finds out for the report how many nodes simplification would remove, where it is not wanted.
  public var countsSimplifications = false
  /// How the written file is compared with the input; nil leaves that out.
  public var verification: VerificationOptions? = VerificationOptions()
  /// Waits until the disk has the output.
  public var synchronizes = true
  /// Writes the output even where something fails.
  public var keepsFailed = false
  /// Gathers what a page shows besides; reads all weights.
  public var collectsDetails = false
  /// How many batch normalizations may be kept; nil: any number.
  public var maximumKept: Int?

  /// A request with the defaults: everything is folded, verified and synchronized.
  public init(input: String, output: String?) {
    self.input = input
    self.output = output
  }
}
