internal import ModelIR

/// Which graphs and values of two models are meant to be the same.
///
/// Values correspond by the path of their graph and their name: a name means the same numbers
/// before and after. Functions correspond by their names; bodies by the names of what the node
/// around them makes and by the attribute they stand in; inputs and outputs of bodies and
/// functions by position. Constants belong to the nodes that read them and do not correspond.
struct Correspondence {
  let original: Model
  let written: Model
  let originalConstants: ConstantSet
  let writtenConstants: ConstantSet
  /// Graphs in both models, those around others first.
  private(set) var graphs: [GraphPair] = []
  /// Values in both models that are no constants.
  private(set) var writtenValue: [ValueID: ValueID] = [:]
  /// The other way round.
  private(set) var originalValue: [ValueID: ValueID] = [:]
  private var graphOfOriginal: [GraphID: Int] = [:]

  init(original: Model, written: Model, defaultsAreConstant: Bool) {
    self.original = original
    self.written = written
    originalConstants = ConstantSet(original, defaultsAreConstant: defaultsAreConstant)
    writtenConstants = ConstantSet(written, defaultsAreConstant: defaultsAreConstant)
    pair(original.mainGraph, written.mainGraph, path: "graph", byPosition: false)
    for function in original.functions {
      let counterpart = written.functions.first {
        $0.domain == function.domain && $0.name == function.name
          && $0.overload == function.overload
      }
      guard let counterpart else { continue }
      let name = function.domain.isEmpty ? function.name : "\(function.domain).\(function.name)"
      let index = pair(
        function.body, counterpart.body, path: "function \(name)", byPosition: true)
      graphs[index].isFunction = true
    }
  }

  /// The pair that a graph of the original is part of.
  func pair(ofOriginal graph: GraphID) -> Int? { graphOfOriginal[graph] }

  /// Whether two values are the same value of both models.
  func correspond(_ a: ValueID, _ b: ValueID) -> Bool { writtenValue[a] == b }

  /// Declares that a graph cannot be compared on its own.
  mutating func setNotSeparable(_ index: Int) { graphs[index].isSeparable = false }

  /// Takes the written model's value of an old name as another value of the original.
  mutating func rename(_ old: ValueID, to new: ValueID) {
    guard let other = writtenValue.removeValue(forKey: old) else { return }
    originalValue[other] = nil
    match(new, other)
  }

  // MARK: Pairing

  @discardableResult
  private mutating func pair(
    _ a: GraphID, _ b: GraphID, path: String, byPosition: Bool
  ) -> Int {
    let index = graphs.count
    graphs.append(GraphPair(path: path, original: a, written: b))
    graphOfOriginal[a] = index
    let names = Self.values(of: b, in: written)
    for (name, value) in Self.values(of: a, in: original) {
      if let other = names[name] { match(value, other) }
    }
    if byPosition {
      matchInputs(a, b, index)
      matchOutputs(a, b, index)
    }
    pairBodies(a, b, path: path)
    return index
  }

  private mutating func match(_ a: ValueID, _ b: ValueID) {
    guard !originalConstants.contains(a), !writtenConstants.contains(b), writtenValue[a] == nil,
      originalValue[b] == nil
    else { return }
    writtenValue[a] = b
    originalValue[b] = a
  }

  private mutating func matchInputs(_ a: GraphID, _ b: GraphID, _ index: Int) {
    let (left, right) = (original[a].inputs, written[b].inputs)
    guard left.count == right.count else {
      graphs[index].isSeparable = false
      return
    }
    for (x, y) in zip(left, right) where !correspond(x, y) {
      if let other = writtenValue[x] { originalValue[other] = nil }
      if let other = originalValue[y] { writtenValue[other] = nil }
      writtenValue[x] = y
      originalValue[y] = x
    }
  }

  private mutating func matchOutputs(_ a: GraphID, _ b: GraphID, _ index: Int) {
    let (left, right) = (original[a].outputs, written[b].outputs)
    guard left.count == right.count else {
      graphs[index].isSeparable = false
      return
    }
    for (x, y) in zip(left, right) where !correspond(x, y) {
      match(x, y)
      let bothConstant = originalConstants.contains(x) && writtenConstants.contains(y)
      if !correspond(x, y), !bothConstant { graphs[index].isSeparable = false }
    }
  }

  private mutating func pairBodies(_ a: GraphID, _ b: GraphID, path: String) {
    var withBodies: [String: NodeID] = [:]
    for id in written[b].nodes where !written[id].bodies.isEmpty {
      for output in written[id].outputs.compactMap({ $0 }) {
        withBodies[written[output].name] = id
      }
    }
    for id in original[a].nodes where !original[id].bodies.isEmpty {
      let node = original[id]
      let names = node.outputs.compactMap { $0.map { original[$0].name } }
      guard let name = names.first(where: { withBodies[$0] != nil }), let other = withBodies[name]
      else { continue }
      let counterpart = written[other]
      guard counterpart.opType == node.opType, counterpart.domain == node.domain else { continue }
      for attribute in node.attributes {
        let place = "\(path)/\(node.opType) \"\(name)\"/\(attribute.name)"
        switch (attribute.value, counterpart.attribute(attribute.name)) {
        case (.graph(let x), .graph(let y)?): pair(x, y, path: place, byPosition: true)
        case (.graphs(let x), .graphs(let y)?) where x.count == y.count:
          for (position, bodies) in zip(x, y).enumerated() {
            pair(bodies.0, bodies.1, path: "\(place)[\(position)]", byPosition: true)
          }
        default: break
        }
      }
    }
  }

  /// What a graph defines, by name.
  private static func values(of graph: GraphID, in model: Model) -> [String: ValueID] {
    var result: [String: ValueID] = [:]
    for input in model[graph].inputs { result[model[input].name] = input }
    for node in model[graph].nodes {
      for output in model[node].outputs { if let output { result[model[output].name] = output } }
    }
    return result
  }
}
