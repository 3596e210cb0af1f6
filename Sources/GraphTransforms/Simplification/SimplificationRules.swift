/// All rules that look at single nodes, in the order in which they are tried.
enum SimplificationRules {
  static let all: [any SimplificationRule] = [
    ConstantFolding(), KnownNumbers(), PassedOnWhole(), NeutralOperand(), RepeatedOperator(),
    CastPair(), TransposePair(), KnownTarget(), ReshapePair(), SlicePair(), ConcatPair(),
    ReductionAxes(), PadIntoWindow(), MatrixBias(),
  ]

  private static let byOperator: [String: [any SimplificationRule]] = {
    var table: [String: [any SimplificationRule]] = [:]
    for name in Set(all.flatMap { $0.operators ?? [] }) {
      table[name] = all.filter { $0.operators?.contains(name) ?? true }
    }
    return table
  }()

  private static let general = all.filter { $0.operators == nil }

  static func rules(for opType: String) -> [any SimplificationRule] {
    byOperator[opType] ?? general
  }

  /// The names of all rules, those that look at whole graphs among them.
  static let names: [String] =
    all.map(\.name) + [DuplicateConstants.name, CommonNodes.name, UnusedNodes.name]
}
