internal import ModelIR

/// Shapes of which the rank alone is known.
enum UnknownShape {
  /// As many unknown extents as `rank` says; nil for numbers that are no rank.
  static func ofRank(_ rank: Int) -> [Dimension]? {
    rank >= 0 && rank <= 1 << 12 ? [Dimension](repeating: .unknown, count: rank) : nil
  }

  /// The shape of a rank that is the sum of two; nil where one is not known.
  static func ofRank(_ rank: Int?, plus other: Int?) -> [Dimension]? {
    guard let rank, let other else { return nil }
    let (sum, overflow) = rank.addingReportingOverflow(other)
    return overflow ? nil : ofRank(sum)
  }
}
