internal import ModelIR

/// A model in which every call of a function that holds a BatchNormalization is replaced by the
/// function's body, calls in these bodies as well.
///
/// Whether a call was worth it shows when everything is folded; the others are taken back.
struct InlinedModel {
  /// Nodes that inlining may add to a model.
  private static let mostNodes = 1 << 20

  private(set) var model: Model
  private(set) var calls: [InlinedCall] = []
  /// Functions with calls that stay, and why.
  private(set) var problems: [GraphID: InliningProblem] = [:]
  /// The copies of each inlined call, and the call.
  private(set) var callOfNode: [NodeID: Int] = [:]
  private let functionGraphs: Set<GraphID>

  init(_ model: Model) {
    self.model = model
    let bodies = Self.functionGraphs(model)
    functionGraphs = bodies
    let wanted = Self.functionsWithNormalizations(model)
    guard !wanted.isEmpty else { return }
    var pending: [(call: NodeID, outermost: NodeID?)] = []
    for graph in model.graphs.indices.map({ GraphID($0) }) where !bodies.contains(graph) {
      for id in model[graph].nodes { pending.append((id, nil)) }
    }
    pending.reverse()
    var uses = UseIndex(model)
    var names = NameAllocator(model)
    var added = 0
    while let (id, outermost) = pending.popLast() {
      let node = self.model[id]
      guard let function = self.model.function(calledBy: node), wanted.contains(function.body)
      else { continue }
      do throws(InliningProblem) {
        let (patch, bodyNodes) = try CallInliner(model: self.model, call: id).patch()
        guard patch.insertions.count <= Self.mostNodes - added else { throw .tooMany }
        added += patch.insertions.count
        let first = self.model.nodes.count
        do {
          _ = try self.model.apply(patch, uses: &uses, names: &names)
        } catch {
          throw .signature
        }
        let nodes = (first..<(first + patch.insertions.count)).map { NodeID($0) }
        let call = InlinedCall(
          call: id, node: node, function: function.body, nodes: nodes, bodyNodes: bodyNodes,
          outermost: outermost ?? id)
        for copy in nodes { callOfNode[copy] = calls.count }
        calls.append(call)
        for copy in nodes.reversed() { pending.append((copy, call.outermost)) }
      } catch {
        problems[function.body] = error
      }
    }
  }

  /// Bodies of functions in which, or in functions called from which, a BatchNormalization stands.
  private static func functionsWithNormalizations(_ model: Model) -> Set<GraphID> {
    var wanted: Set<GraphID> = []
    var callers: [GraphID: [GraphID]] = [:]
    for function in model.functions {
      for id in model[function.body].nodes {
        let node = model[id]
        if node.isStandard("BatchNormalization") { wanted.insert(function.body) }
        if let callee = model.function(calledBy: node) {
          callers[callee.body, default: []].append(function.body)
        }
      }
    }
    var pending = Array(wanted)
    while let callee = pending.popLast() {
      for caller in callers[callee] ?? [] where wanted.insert(caller).inserted {
        pending.append(caller)
      }
    }
    return wanted
  }

  /// Whether a graph is the body of a function of the input model, or lies in one.
  func isFunctionGraph(_ graph: GraphID) -> Bool { functionGraphs.contains(graph) }

  /// A call and those around it, by the node of one.
  func callsAround(_ node: NodeID) -> [Int] {
    var result: [Int] = []
    var next = callOfNode[node]
    while let index = next {
      result.append(index)
      next = callOfNode[calls[index].call]
    }
    return result
  }

  /// The bodies of functions and all bodies in them.
  private static func functionGraphs(_ model: Model) -> Set<GraphID> {
    var result: Set<GraphID> = []
    var pending = model.functions.map(\.body)
    while let graph = pending.popLast() {
      guard result.insert(graph).inserted else { continue }
      for id in model[graph].nodes { pending.append(contentsOf: model[id].bodies) }
    }
    return result
  }

  /// Takes back the calls that were not worth inlining; gives those that stay inlined.
  ///
  /// `folded` is a descendant of the model. A call is taken back where no patch changed any of its
  /// copies. Functions that nothing calls any more are removed.
  func settle(_ folded: inout Model, touched: Set<NodeID>) -> Set<Int> {
    var kept: Set<Int> = []
    for index in calls.indices.reversed() {
      let call = calls[index]
      let isUsed = call.nodes.contains { touched.contains($0) || !folded.contains($0) }
      if isUsed {
        // An inner call that stays inlined is no node any more, so the one around it stays too.
        kept.insert(index)
      } else {
        folded.withdraw(inserted: call.nodes, removed: [call.call: call.node])
      }
    }
    let inlined = Set(kept.map { calls[$0].function })
    var pending = inlined
    while !pending.isEmpty {
      var called: Set<GraphID> = []
      for node in folded.nodes {
        if let node, let function = folded.function(calledBy: node) { called.insert(function.body) }
      }
      let unused = pending.filter { !called.contains($0) }
      guard !unused.isEmpty else { break }
      for body in unused { folded.removeFunction(body: body) }
      pending.subtract(unused)
    }
    return kept
  }
}
