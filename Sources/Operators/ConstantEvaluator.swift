public import ModelIR

/// Evaluates one node whose inputs are all constants.
///
/// GraphEvaluation implements it with the same kernels that run whole graphs; the pipeline hands
/// it down, so that shape inference, planner and simplifier agree with the evaluator by
/// construction.
public protocol ConstantEvaluator: Sendable {
  /// The outputs of `node`, in order, each in the type the standard gives it.
  ///
  /// Returns nil where there is no kernel for the operator, an output would have more elements
  /// than `maximumElements`, or the node is random or has bodies. Errors of the inputs (shapes
  /// that do not fit) throw.
  func constants(
    of node: Node, in model: Model, inputs: [Tensor?], maximumElements: Int
  ) throws -> [Tensor]?
}
