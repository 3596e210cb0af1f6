/// How far a value of the written model lies from the exact one when both models run as deployed.
///
/// D is the written model and O the original in the precision of their types, R the original in
/// Double.
public struct ValueFigures: Sendable, Hashable {
  /// The graph in which it lies.
  public var graph: String
  /// The value's name.
  public var name: String
  /// Its type: "float32".
  public var type: String
  /// Elements compared (finite in R).
  public var elements = 0
  /// Elements where R is not finite.
  public var notFinite = 0
  /// √mean((D − R)²).
  public var rmsWritten = 0.0
  /// √mean((O − R)²): the original's own rounding.
  public var rmsOriginal = 0.0
  /// √mean(R²).
  public var rmsReference = 0.0
  /// max |D − R|.
  public var maximumError = 0.0
  /// max |D − R| / max |R|.
  public var maximumRelativeError = 0.0
  /// max |D − R| in units in the last place of the largest |R|.
  public var maximumULP = 0.0
  /// mean(D − R): a shift, if it is far from zero.
  public var meanError = 0.0
  /// 20·log₁₀(rms(R) / rms(D − R)) in dB; infinite when D is R.
  public var signalToNoise = Double.infinity
  /// The cosine of the angle between D and R.
  public var cosine = 1.0
  /// The first element where |D − R| is largest, with both numbers; its bound is the rms one.
  public var worst: ElementDifference?
  /// For outputs that look like class scores: how often the same class won.
  public var classes: ClassAgreement?
  /// 4·rms(O − R) + 16u·rms(R): beyond it rms(D − R) is a warning.
  public var warningLevel = 0.0
  /// rms(D − R) as a fraction of what would be a warning; nil below 32 elements.
  public var deploymentRatio: Double?
  /// Whole numbers or bools that differ between D and O.
  public var differingIntegers = 0

  /// Figures of a value that has not been compared yet.
  public init(graph: String, name: String, type: String) {
    self.graph = graph
    self.name = name
    self.type = type
  }
}

/// Whether the largest class score stands at the same place.
public struct ClassAgreement: Sendable, Hashable {
  /// Decided rows in which it does.
  public var agreeing: Int
  /// Rows whose two largest scores are farther apart than twice the rms bound.
  public var decided: Int
  /// Rows that are too close to tell.
  public var undecided: Int

  /// Makes an agreement from its parts.
  public init(agreeing: Int, decided: Int, undecided: Int) {
    self.agreeing = agreeing
    self.decided = decided
    self.undecided = undecided
  }
}
