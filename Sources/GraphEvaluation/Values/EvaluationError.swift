public import ModelIR

/// Why a node could not be evaluated.
public struct EvaluationError: Error, Sendable, Hashable {
  /// What went wrong.
  public enum Problem: Error, Sendable, Hashable {
    /// There is no kernel for the operator.
    case noKernel
    /// There is a kernel, but not for this type or form; says which.
    case unsupported(String)
    /// The inputs or attributes contradict the operator's definition; says how.
    case badInput(String)
    /// A result would be larger than the options allow; says what.
    case limit(String)
  }

  /// The node; nil for one that is no part of the model.
  public var node: NodeID?
  /// Its name, may be empty.
  public var nodeName: String
  /// Its operator.
  public var opType: String
  /// What went wrong.
  public var problem: Problem

  /// Makes an error from its parts.
  public init(node: NodeID?, nodeName: String, opType: String, problem: Problem) {
    self.node = node
    self.nodeName = nodeName
    self.opType = opType
    self.problem = problem
  }
}

extension EvaluationError: CustomStringConvertible {
  /// One line: the node, its operator, what is wrong.
  public var description: String {
    let place = nodeName.isEmpty ? node.map { "node[\($0.index)]" } ?? "node" : "\"\(nodeName)\""
    return switch problem {
    case .noKernel: "\(place) (\(opType)): this operator cannot be evaluated"
    case .unsupported(let what): "\(place) (\(opType)): \(what) cannot be evaluated"
    case .badInput(let what): "\(place) (\(opType)): \(what)"
    case .limit(let what): "\(place) (\(opType)): \(what)"
    }
  }
}
