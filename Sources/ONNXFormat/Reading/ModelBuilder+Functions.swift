internal import ModelFormats
internal import ModelIR

/// Operators that the model defines itself.
extension ModelBuilder {
  private struct Key: Hashable {
    var domain: String
    var name: String
    var overload: String
  }

  func addFunctions(_ messages: [FunctionMessage]) throws {
    var ordinals: [Key: Int] = [:]
    for (index, message) in messages.enumerated() {
      let function = try context.at("functions", index) { try addFunction(message) }
      append(function)
      let key = Key(domain: function.domain, name: function.name, overload: function.overload)
      guard ordinals.updateValue(index, forKey: key) == nil else {
        throw context.error(
          .inconsistent("the function \"\(function.name.printable())\" is defined twice"),
          "functions", index)
      }
    }
    try refuseRecursion(ordinals)
  }

  /// A function that calls itself, directly or through others, would never end.
  private func refuseRecursion(_ ordinals: [Key: Int]) throws {
    guard !ordinals.isEmpty else { return }
    var callees = [Set<Int>](repeating: [], count: model.functions.count)
    var owners: [GraphID: Int] = [:]
    for (ordinal, function) in model.functions.enumerated() { owners[function.body] = ordinal }
    for node in model.nodes.compactMap({ $0 }) {
      let key = Key(domain: node.domain, name: node.opType, overload: node.overload)
      guard let callee = ordinals[key], let owner = owners[outermost(node.graph)] else { continue }
      callees[owner].insert(callee)
    }
    // Functions that call only functions already cleared are cleared; a circle never is.
    var waiting = callees.map(\.count)
    var callers = [[Int]](repeating: [], count: callees.count)
    for (owner, set) in callees.enumerated() { for callee in set { callers[callee].append(owner) } }
    var cleared = waiting.indices.filter { waiting[$0] == 0 }
    var next = 0
    while next < cleared.count {
      for caller in callers[cleared[next]] {
        waiting[caller] -= 1
        if waiting[caller] == 0 { cleared.append(caller) }
      }
      next += 1
    }
    guard let circular = waiting.firstIndex(where: { $0 > 0 }) else { return }
    throw context.error(
      .inconsistent(
        "the function \"\(model.functions[circular].name.printable())\" calls itself, "
          + "directly or through others"), "functions", circular)
  }

  private func outermost(_ graph: GraphID) -> GraphID {
    var graph = graph
    while let parent = model[graph].parent { graph = model[parent].graph }
    return graph
  }
}
