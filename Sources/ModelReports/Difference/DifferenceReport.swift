public import ModelIR
public import ModelStatistics

/// What tells two models apart, in words.
public struct DifferenceReport: Sendable {
  /// A node that only one of the models has, or that changed.
  public struct NodeLine: Sendable, Hashable {
    /// What became of it from the first model to the second.
    public enum Change: String, Sendable, Hashable {
      /// Only the first has it.
      case removed
      /// Only the second has it.
      case added
      /// Both have it, with other content.
      case changed
    }

    /// What became of it.
    public var change: Change
    /// Its operator and name: `Conv "conv1"`.
    public var node: String
    /// The graph it stands in; empty for the main one.
    public var graph: String
    /// What changed, each as a clause.
    public var details: [String]
  }

  /// A stored tensor of one of the models or of both.
  public struct TensorRow: Sendable {
    /// How far its elements are apart.
    public enum Relation: String, Sendable, Hashable {
      /// The same.
      case equal
      /// Apart by no more than the limit asked for.
      case close
      /// Farther apart, or of other extents.
      case different
      /// Only the first model has it.
      case removed
      /// Only the second model has it.
      case added
    }

    /// The name of its value.
    public var name: String
    /// How far its elements are apart.
    public var relation: Relation
    /// The figures; nil where there are none.
    public var distance: TensorDifference.Distance?
    /// What else there is to say: other types or extents.
    public var remark: String
  }

  /// The first model's path.
  public var first: String
  /// The second's.
  public var second: String
  /// Differences of header, inputs and outputs, each as a clause.
  public var header: [String]
  /// Nodes that are not the same.
  public var nodes: [NodeLine]
  /// Nodes that are the same.
  public var sameNodes: Int
  /// Stored tensors, in the first model's order, then what only the second has.
  public var tensors: [TensorRow]
  /// √(Σ(b − a)² / Σa²) up to which tensors count as close.
  public var closeness: Double
  /// What a user should know.
  public var notes: [String]
  /// The tensors to show; equal ones are left out of the text.
  public var selection = RowSelection()

  /// Whether nothing tells the models apart.
  public var isEmpty: Bool {
    header.isEmpty && nodes.isEmpty && tensors.allSatisfy { $0.relation == .equal }
  }

  /// Describes a difference of two models.
  public init(
    first: String, second: String, _ difference: ModelDifference, _ a: Model, _ b: Model,
    header: [String] = [], closeness: Double = 1e-3, notes: [String] = []
  ) {
    self.first = first
    self.second = second
    self.header = header
    self.closeness = closeness
    self.notes = notes
    sameNodes = difference.sameNodes
    nodes =
      difference.removedNodes.map { Self.line(.removed, $0, a) }
      + difference.changedNodes.map { Self.line(.changed, $0.first, a, $0.changes) }
      + difference.addedNodes.map { Self.line(.added, $0, b) }
    tensors =
      difference.tensors.map { Self.row($0, closeness) }
      + difference.removedTensors.map { TensorRow(name: $0, relation: .removed, remark: "") }
      + difference.addedTensors.map { TensorRow(name: $0, relation: .added, remark: "") }
  }

  private static func line(
    _ change: NodeLine.Change, _ node: NodeID, _ model: Model, _ details: [String] = []
  ) -> NodeLine {
    NodeLine(
      change: change, node: model.describe(node), graph: model.path(of: model[node].graph),
      details: details)
  }

  private static func row(
    _ pair: ModelDifference.TensorPair, _ closeness: Double
  ) -> TensorRow {
    let types =
      pair.types.0 == pair.types.1 ? "" : "\(pair.types.0.name) → \(pair.types.1.name)"
    switch pair.difference {
    case .equal:
      return TensorRow(
        name: pair.name, relation: types.isEmpty ? .equal : .close, remark: types)
    case .shapes(let a, let b):
      return TensorRow(name: pair.name, relation: .different, remark: "\(a) → \(b)")
    case .notComparable:
      return TensorRow(
        name: pair.name, relation: .different,
        remark: types.isEmpty ? "other elements, no numbers" : types)
    case .elements(let distance):
      let isClose = distance.notFinite == 0 && distance.relative <= closeness
      return TensorRow(
        name: pair.name, relation: isClose ? .close : .different, distance: distance,
        remark: types)
    }
  }
}
