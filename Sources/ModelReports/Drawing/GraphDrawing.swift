public import ModelIR

/// The main graph as a line of nodes with the values that pass between them, each on a lane of its
/// own from the node that makes it to the last that reads it.
public struct GraphDrawing: Sendable, Hashable {
  /// What is worth marking about a node.
  public enum Mark: Sendable, Hashable {
    /// Nothing.
    case plain
    /// A site that a fold takes.
    case folded
    /// A site that a fold keeps.
    case kept
    /// Part of a region that changed.
    case changed
    /// Part of a region that differs.
    case wrong
  }

  /// One node.
  public struct Glyph: Sendable, Hashable {
    /// The node.
    public var node: NodeID
    /// Its name, or that of its first output.
    public var name: String
    /// Its operator.
    public var opType: String
    /// What is worth marking.
    public var mark: Mark
    /// Its lane; its place in the line is its place in `glyphs`.
    public var lane: Int
  }

  /// A value on its way along a lane.
  struct Track: Sendable, Hashable {
    var lane: Int
    /// The place of the node that makes it; −1 for inputs.
    var start: Int
    /// The place of the last node that reads it.
    var end: Int
  }

  /// A value that goes from its track into a node on another lane.
  struct Branch: Sendable, Hashable {
    var from: Int
    var to: Int
    var place: Int
  }

  /// The nodes in the graph's order, without those that only compute constants or shapes.
  public private(set) var glyphs: [Glyph] = []
  private(set) var tracks: [Track] = []
  private(set) var branches: [Branch] = []

  /// Draws the main graph of a model; `marks` by node.
  public init(_ model: Model, marks: [NodeID: Mark] = [:]) {
    var layout = LaneLayout(model)
    glyphs = layout.nodes.enumerated().map { place, id in
      let lane = layout.visit(id, at: place)
      let node = model[id]
      let output = node.outputs.lazy.compactMap { $0 }.first.map { model[$0].name } ?? ""
      return Glyph(
        node: id, name: node.name.isEmpty ? output : node.name, opType: node.opType,
        mark: marks[id] ?? .plain, lane: lane)
    }
    tracks = layout.tracks
    branches = layout.branches
  }

  /// Marks nodes anew, by their descriptions (`Conv "conv1"`).
  mutating func mark(_ descriptions: Set<String>, _ mark: Mark) {
    for position in glyphs.indices
    where descriptions.contains("\(glyphs[position].opType) \"\(glyphs[position].name)\"") {
      glyphs[position].mark = mark
    }
  }
}
