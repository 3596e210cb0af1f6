public import ModelIR
public import Operators

/// Simplification without folding: what `--simplify` does besides.
public struct SimplificationPass: Sendable {
  private let options: FoldOptions

  /// A pass with options; those about folding do not matter.
  public init(_ options: FoldOptions = FoldOptions()) { self.options = options }

  /// The simplified model and its patches; the model itself is not changed.
  public func run(
    _ model: Model, constants: (any ConstantEvaluator)? = nil
  ) -> (model: Model, journal: [AppliedPatch]) {
    let session = FoldSession(model, constants: constants, options: options)
    _ = Simplifier(session, constants: constants).run()
    return (session.finish().0, session.journal)
  }

  /// How many nodes it would remove.
  public func removedNodes(
    from model: Model, constants: (any ConstantEvaluator)? = nil
  ) -> Int {
    let simplified = run(model, constants: constants).model
    return model.nodes.count { $0 != nil } - simplified.nodes.count { $0 != nil }
  }
}
