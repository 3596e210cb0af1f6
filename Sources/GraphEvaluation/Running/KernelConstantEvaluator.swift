public import ModelIR
public import Operators

/// Evaluates single nodes of constants with the kernels that run whole graphs, in the precision
/// that the types say.
public struct KernelConstantEvaluator: ConstantEvaluator {
  private let options: EvaluationOptions

  /// An evaluator with one thread: constants are small.
  public init() { options = EvaluationOptions(threads: 1) }

  /// The outputs of `node`, in order, each in the type the standard gives it.
  ///
  /// Nil where there is no kernel, the kernel does not know a type or form, or a result would be
  /// too large; nodes with bodies and random ones are never evaluated.
  public func constants(
    of node: Node, in model: Model, inputs: [Tensor?], maximumElements: Int
  ) throws -> [Tensor]? {
    guard node.bodies.isEmpty else { return nil }
    var options = options
    options.maximumElements = min(options.maximumElements, maximumElements)
    let runner = GraphRunner(model: model, precision: .stored, options: options)
    let execution = Execution(runner, keeping: [], observer: nil)
    let frame = ExecutionFrame(
      parent: nil, functionAttributes: nil, opsets: model.opsets(in: node.graph), depth: 0)
    do {
      var values = try inputs.map { try $0.map { try RuntimeTensor($0, precision: .stored) } }
      let results = try execution.evaluate(node, &values, in: frame)
      var tensors: [Tensor] = []
      for result in results {
        guard let result, result.count <= maximumElements else { return nil }
        tensors.append(try result.tensor())
      }
      return tensors
    } catch let problem as EvaluationError.Problem {
      switch problem {
      case .noKernel, .unsupported, .limit: return nil
      case .badInput:
        throw EvaluationError(
          node: nil, nodeName: node.name, opType: node.opType, problem: problem)
      }
    }
  }
}
