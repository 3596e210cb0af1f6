public import ModelIR

/// Decides whether two models compute the same thing.
///
/// Four independent layers, none of which trusts the program that made the written model:
/// parameters recomputed from the original file, changed parts of the graphs fed with random
/// numbers in both forms, the same parts fed with what the original computes there, and both
/// models run as they are deployed. Bounds follow from one rounding of each new parameter; nothing
/// is compared with a tolerance.
public struct Verifier: Sendable {
  /// The model as it was.
  public let original: Model
  /// The model as it was read back from the file that was written.
  public let written: Model
  /// What the fold says about the written model's new tensors; nil when another program made it.
  public let claims: [NamedClaim]?
  /// What the claims are about; nil: the original.
  public let claimedModel: ClaimedModel?
  /// What to run on and what to insist on.
  public let options: VerificationOptions

  /// A comparison of two models.
  ///
  /// With `claims` (an empty list, too) the rule of names is binding: a name that both models have
  /// means the same numbers. Without them a value inside the graph that turns out to differ is
  /// taken as a new value under an old name, if what it leads to agrees.
  public init(
    original: Model, written: Model, claims: [NamedClaim]? = nil,
    claimedModel: ClaimedModel? = nil, options: VerificationOptions = VerificationOptions()
  ) {
    self.original = original
    self.written = written
    self.claims = claims
    self.claimedModel = claimedModel
    self.options = options
  }

  /// Compares the models.
  ///
  /// Errors: `TensorError` and `FileAccessError` when weights cannot be read. What the models do
  /// is never an error; it stands in the report.
  public func verify() throws -> VerificationReport {
    var session = VerificationSession(self)
    let report = try session.run()
    guard claims == nil, report.verdict == .failed else { return report }
    return try withRenamedValues(session) ?? report
  }

  /// What the models say when names that another program kept for other numbers are read as what
  /// they stand for; nil when the models differ all the same.
  private func withRenamedValues(_ first: VerificationSession) throws -> VerificationReport? {
    var session = first
    var renamed: [ValueID: ValueID] = [:]
    for _ in 0..<Self.maximumRounds {
      let more = session.renamedValues.filter { renamed[$0.key] == nil }
      if more.isEmpty { return nil }
      renamed.merge(more) { old, _ in old }
      session = VerificationSession(self, renamed: renamed)
      var next = try session.run()
      if next.verdict != .failed {
        for (old, new) in renamed.sorted(by: { $0.key < $1.key }) {
          next.warnings.append(
            "\"\(original[old].name)\" of the written model is what was \"\(original[new].name)\"")
        }
        return next
      }
    }
    return nil
  }

  private static let maximumRounds = 3
}
