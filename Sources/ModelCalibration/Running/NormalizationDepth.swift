public import ModelIR

/// How many batch normalizations stand before each one on the longest way from the inputs.
///
/// With the statistics of all smaller depths in place, those of one depth can be estimated in one
/// pass. Only the main graph and the bodies of If have an order that this can follow: a loop leads
/// from a batch normalization back to itself, and a function has many places.
public struct NormalizationDepth: Sendable {
  /// The depth of each site's node.
  public private(set) var depths: [NodeID: Int] = [:]
  /// Sites in loops and functions.
  public private(set) var unordered: Set<NodeID> = []

  private let model: Model
  private let nodes: Set<NodeID>
  private var values: [ValueID: Int] = [:]

  /// Finds the depth of each site.
  public init(of sites: [CalibrationSite], in model: Model) {
    self.model = model
    nodes = Set(sites.map(\.node))
    walk(model.mainGraph, entering: 0)
    for site in sites where depths[site.node] == nil { unordered.insert(site.node) }
  }

  /// Gives every value of a graph its depth; returns that of its outputs.
  @discardableResult
  private mutating func walk(_ graph: GraphID, entering: Int) -> Int {
    var deepest = entering
    for id in model[graph].nodes {
      let node = model[id]
      var depth = entering
      for input in node.inputs { depth = max(depth, input.flatMap { values[$0] } ?? 0) }
      if nodes.contains(id) {
        depths[id] = depth
        depth += 1
      }
      if node.isStandard("If") {
        for body in node.bodies { depth = max(depth, walk(body, entering: depth)) }
      } else {
        for body in node.bodies { depth = max(depth, captured(by: body)) }
      }
      for output in node.outputs { if let output { values[output] = depth } }
      deepest = max(deepest, depth)
    }
    return deepest
  }

  /// The depth of what a body reads from the graphs around it.
  private func captured(by graph: GraphID) -> Int {
    var depth = 0
    for id in model[graph].nodes {
      for input in model[id].inputs { depth = max(depth, input.flatMap { values[$0] } ?? 0) }
      for body in model[id].bodies { depth = max(depth, captured(by: body)) }
    }
    return depth
  }
}
