/// Why a call is not replaced by what it calls.
enum InliningProblem: Error, Hashable {
  /// The model does not define the operator.
  case noFunction
  /// The call has more inputs or outputs than the function.
  case signature
  /// A node of the function has bodies of its own.
  case bodies
  /// An attribute is missing, or is of a form that is not read.
  case attribute(String)
  /// An operator means something else in the operator sets of the caller.
  case operatorSet(String)
  /// The nodes would be too many.
  case tooMany

  /// The problem in words that continue "the function …".
  var text: String {
    switch self {
    case .noFunction: "is not defined"
    case .signature: "is called with more inputs or outputs than it has"
    case .bodies: "holds nodes with bodies"
    case .attribute(let name): "needs the attribute \"\(name)\" in a form that is not read"
    case .operatorSet(let name): "uses \(name) of another operator set than its caller"
    case .tooMany: "would add too many nodes"
    }
  }
}
