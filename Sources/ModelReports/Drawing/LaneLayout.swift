internal import ModelIR

/// Gives each value that varies a lane while it lives, so that no two share one at a time.
struct LaneLayout {
  private let model: Model
  /// The nodes to draw, in order.
  let nodes: [NodeID]
  private(set) var tracks: [GraphDrawing.Track] = []
  private(set) var branches: [GraphDrawing.Branch] = []

  private var lastUse: [ValueID: Int] = [:]
  /// Where a living value's track stands in `tracks`.
  private var living: [ValueID: Int] = [:]
  /// The lanes of all values that have begun.
  private var lanes: [ValueID: Int] = [:]
  /// Whether each lane is taken.
  private var taken: [Bool] = []

  init(_ model: Model) {
    self.model = model
    let graph = model[model.mainGraph]
    var varies = Set(graph.inputs.filter { model[$0].initializer == nil })
    var nodes: [NodeID] = []
    for id in graph.nodes where model.contains(id) {
      let read = Self.reads(id, model).filter { varies.contains($0) }
      // What is made of constants or of extents alone stays out, as it tells nothing of the data.
      guard !read.isEmpty, !Self.readsExtents(model[id]) else { continue }
      for value in read { lastUse[value] = nodes.count }
      varies.formUnion(model[id].outputs.compactMap { $0 })
      nodes.append(id)
    }
    self.nodes = nodes
    for output in graph.outputs where varies.contains(output) { lastUse[output] = nodes.count }
    for input in graph.inputs where lastUse[input] != nil { begin(input, at: -1, lane: nil) }
  }

  private static func readsExtents(_ node: Node) -> Bool {
    node.isStandard("Shape") || node.isStandard("Size")
  }

  /// What a node and its bodies read.
  private static func reads(_ id: NodeID, _ model: Model) -> [ValueID] {
    var result: [ValueID] = []
    var pending = [id]
    while let next = pending.popLast() {
      result += model[next].inputs.compactMap { $0 }
      for body in model[next].bodies {
        result += model[body].outputs
        pending += model[body].nodes.filter { model.contains($0) }
      }
    }
    return result
  }

  /// Places a node, ends the values that it reads last, begins those that it makes; its lane.
  mutating func visit(_ id: NodeID, at place: Int) -> Int {
    var read: [ValueID] = []
    for value in Self.reads(id, model) where living[value] != nil && !read.contains(value) {
      read.append(value)
    }
    // The node stands on the lane of the first value that ends in it: a chain is a straight line.
    let ending = read.filter { lastUse[$0] == place }
    let own = ending.first.flatMap { living[$0] }.map { tracks[$0].lane }
    for value in ending {
      if let track = living.removeValue(forKey: value) { taken[tracks[track].lane] = false }
    }
    let lane = own ?? freeLane()
    taken[lane] = true
    for value in read {
      if let from = lanes[value], from != lane {
        branches.append(GraphDrawing.Branch(from: from, to: lane, place: place))
      }
    }
    taken[lane] = false
    for output in model[id].outputs.compactMap({ $0 }) where lastUse[output] != nil {
      begin(output, at: place, lane: taken[lane] ? nil : lane)
    }
    return lane
  }

  private mutating func begin(_ value: ValueID, at place: Int, lane: Int?) {
    let lane = lane ?? freeLane()
    taken[lane] = true
    living[value] = tracks.count
    lanes[value] = lane
    tracks.append(
      GraphDrawing.Track(lane: lane, start: place, end: lastUse[value] ?? place))
  }

  private mutating func freeLane() -> Int {
    if let free = taken.firstIndex(of: false) { return free }
    taken.append(false)
    return taken.count - 1
  }
}
