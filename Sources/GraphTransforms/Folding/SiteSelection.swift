public import ModelIR

/// Which sites a fold may touch.
public struct SiteSelection: Sendable {
  /// Only sites whose name matches one of these; empty: all.
  public var only: [NamePattern] = []
  /// No site whose name matches one of these.
  public var skip: [NamePattern] = []
  /// Only these nodes; nil: all.
  public var chosen: Set<NodeID>?

  /// All sites.
  public init() {}

  /// Why a site is left out; nil where it may be folded.
  func reason(_ node: NodeID, name: String) -> KeepReason? {
    if let pattern = skip.first(where: { $0.matches(name) }) {
      return .excluded("it is left out by --skip \"\(pattern)\"")
    }
    if !only.isEmpty, !only.contains(where: { $0.matches(name) }) {
      return .excluded("it is not among those of --only")
    }
    if let chosen, !chosen.contains(node) { return .excluded("the plan does not fold it") }
    return nil
  }

  /// The patterns that match none of the names: misspelt ones would be passed over in silence.
  public func unmatched(among names: [String]) -> [NamePattern] {
    (only + skip).filter { pattern in !names.contains { pattern.matches($0) } }
  }
}
