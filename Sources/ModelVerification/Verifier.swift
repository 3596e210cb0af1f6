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
  /// What to run on and what to insist on.
  public let options: VerificationOptions

  /// A comparison of two models.
  ///
  /// With `claims` (an empty list, too) the rule of names is binding: a name that both models have
  /// means the same numbers. Without them a value inside the graph that turns out to differ is
  /// taken as a new value under an old name, if what it leads to agrees.
  public init(
    original: Model, written: Model, claims: [NamedClaim]? = nil,
    options: VerificationOptions = VerificationOptions()
  ) {
    self.original = original
    self.written = written
    self.claims = claims
    self.options = options
  }

  /// Compares the models.
  ///
  /// Errors: `TensorError` and `FileAccessError` when weights cannot be read. What the models do
  /// is never an error; it stands in the report.
  public func verify() throws -> VerificationReport {
    var session = VerificationSession(self)
    return try session.run()
  }
}
