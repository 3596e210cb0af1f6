/// A value that another runtime recorded, beside what the original computes there in Double.
public struct RecordedCheck: Sendable {
  /// The sample: "given inputs 1".
  public var sample: String
  /// How far the recorded numbers (as D) lie from the original in Double (R), and how far the
  /// original's own precision (O) does.
  public var figures: ValueFigures
  /// rtol and atol, by which each element is judged: |D − R| ≤ atol + rtol·|R|.
  public var tolerance: (relative: Double, absolute: Double)
  /// Elements beyond it.
  public var beyond: Int
  /// The largest |D − R| as a fraction of its tolerance.
  public var worstRatio: Double

  /// Makes a check from its parts.
  public init(
    sample: String, figures: ValueFigures, tolerance: (relative: Double, absolute: Double),
    beyond: Int, worstRatio: Double
  ) {
    self.sample = sample
    self.figures = figures
    self.tolerance = tolerance
    self.beyond = beyond
    self.worstRatio = worstRatio
  }
}
