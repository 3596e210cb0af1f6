/// Every rule there is: one for each operator family.
public enum FoldRules {
  /// A rule as users see it.
  public struct Entry: Sendable, Hashable {
    /// The name that switches it on and off.
    public var name: String
    /// What it does.
    public var summary: String
    /// The operators it is about.
    public var operators: [String]
  }

  /// All rules.
  public static var all: [Entry] {
    table.map { Entry(name: $0.name, summary: $0.summary, operators: $0.operators) }
  }

  static let table: [any OperatorRule] = [
    ConvolutionRule(), TransposedConvolutionRule(), GemmRule(), MatMulRule(),
    BatchNormalizationRule(), NormalizationRule(), RecurrentRule(), AdditionRule(),
    SumRule(), MultiplicationRule(), IdentityRule(), CastRule(), ActivationRule(), ClipRule(),
    TransposeRule(),
    ReshapeRule(), SqueezeRule(), ExpandRule(), ConcatRule(), SplitRule(), SliceRule(),
    GatherRule(),
    DepthSpaceRule(), PoolRule(), ReductionRule(), ResizeRule(), PadRule(),
    DequantizationRule(),
  ]

  static let byOperator: [String: any OperatorRule] = {
    var result: [String: any OperatorRule] = [:]
    for rule in table {
      for opType in rule.operators { result[opType] = rule }
    }
    return result
  }()
}
