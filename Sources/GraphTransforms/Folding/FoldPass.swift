public import ModelIR
public import Operators

/// Folds every constant affine per channel that mathematics and the options allow.
///
/// Sites are taken in the order of their graphs; each is planned whole and applied as one patch,
/// or kept with the reason. What a fold changed may open the way for a site kept before, so rounds
/// are repeated while they bring something.
///
/// Complexity: linear in nodes for each of at most four rounds; weights are read by forward folds
/// (their sums) and in half precision (whether folded numbers fit).
public struct FoldPass: Sendable {
  private let options: FoldOptions

  /// A pass with options.
  public init(_ options: FoldOptions = FoldOptions()) { self.options = options }

  /// The form of a model that a fold's sites are about: with the calls replaced that may have to be
  /// (`FoldResult.source`).
  public static func source(of model: Model) -> Model { InlinedModel(model).model }

  /// The folded model with the story of every site; the model itself is not changed.
  ///
  /// `constants` evaluates parameters that the graph computes from constants.
  public func run(_ model: Model, constants: (any ConstantEvaluator)? = nil) -> FoldResult {
    var options = options
    while true {
      let result = FoldRun(model, constants, options).result()
      let misfits = HalfPrecisionCheck.misfits(result, options)
      guard !misfits.isEmpty else { return result }
      options.excluded.merge(misfits) { first, _ in first }
    }
  }
}
