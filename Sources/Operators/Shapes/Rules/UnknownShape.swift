internal import ModelIR

/// Shapes of which the rank alone is known.
enum UnknownShape {
  /// As many unknown extents as `rank` says; nil for numbers that are no rank.
  static func ofRank(_ rank: Int) -> [Dimension]? {
    rank >= 0 && rank <= 1 << 12 ? [Dimension](repeating: .unknown, count: rank) : nil
  }
}
