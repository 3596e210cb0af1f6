internal import GraphEvaluation
internal import ModelIR
internal import Operators
internal import Synchronization

/// Decides whether the two forms of a region are the same: the same nodes with the same
/// attributes, joined in the same way, over the same constants, bit for bit.
///
/// A body counts as the same when its graph is compared on its own.
struct RegionEquality: Sendable {
  /// What is known to correspond; it grows while regions are compared.
  var correspondence: Correspondence
  private let originalResolver: ConstantResolver
  private let writtenResolver: ConstantResolver
  private let known = Answers()

  /// What was found of constants, shared by copies.
  private final class Answers: Sendable {
    let same = Mutex<[ValuePair: Bool]>([:])
  }

  init(
    _ correspondence: Correspondence, original: ConstantResolver, written: ConstantResolver
  ) {
    self.correspondence = correspondence
    originalResolver = original
    writtenResolver = written
  }

  /// Constants of the original that were found again, bit for bit.
  var equalConstants: Int {
    known.same.withLock { Set($0.filter(\.value).keys.map(\.original)).count }
  }

  /// Whether everything that comes out of a region is made in the same way in both models.
  ///
  /// Errors: those of reading weights.
  /// Complexity: linear in nodes; one pass over the weights of both.
  func isEqual(_ region: Region) throws -> Bool {
    var matched: [NodeID: NodeID] = [:]
    var open: [(NodeID, NodeID)] = []
    for output in region.outputs {
      guard push(output.original, output.written, &matched, &open) else { return false }
    }
    while let (a, b) = open.popLast() {
      guard try nodesMatch(a, b, &matched, &open) else { return false }
    }
    return true
  }

  /// Whether two constants hold the same, bit for bit.
  func areSameConstants(_ a: ValueID, _ b: ValueID) throws -> Bool {
    let pair = ValuePair(original: a, written: b)
    if let answer = known.same.withLock({ $0[pair] }) { return answer }
    let answer: Bool
    if let x = originalResolver.storedTensor(a), let y = writtenResolver.storedTensor(b) {
      answer = try x.hasSameElements(as: y)
    } else {
      answer = try computedConstantsMatch(a, b)
    }
    known.same.withLock { $0[pair] = answer }
    return answer
  }

  // MARK: Parts

  /// Two constants of which one at least is computed: equal when the nodes above them are, or when
  /// they have the same elements.
  private func computedConstantsMatch(_ a: ValueID, _ b: ValueID) throws -> Bool {
    do {
      guard let x = try originalResolver.value(a), let y = try writtenResolver.value(b),
        x.dataType == y.dataType, x.shape == y.shape
      else { return false }
      return try x.tensor().hasSameElements(as: y.tensor())
    } catch is EvaluationError {
      // No kernel: strings, sequences. They are the same when the same nodes make them.
      var matched: [NodeID: NodeID] = [:]
      var open: [(NodeID, NodeID)] = []
      guard push(a, b, &matched, &open) else { return false }
      while let (x, y) = open.popLast() {
        guard try nodesMatch(x, y, &matched, &open) else { return false }
      }
      return true
    }
  }

  /// Notes that the makers of two values must match; false when they cannot.
  private func push(
    _ a: ValueID, _ b: ValueID, _ matched: inout [NodeID: NodeID],
    _ open: inout [(NodeID, NodeID)]
  ) -> Bool {
    guard case .node(let x, let i) = correspondence.original[a].producer,
      case .node(let y, let j) = correspondence.written[b].producer, i == j
    else { return false }
    if let known = matched[x] { return known == y }
    matched[x] = y
    open.append((x, y))
    return true
  }

  private func nodesMatch(
    _ a: NodeID, _ b: NodeID, _ matched: inout [NodeID: NodeID],
    _ open: inout [(NodeID, NodeID)]
  ) throws -> Bool {
    let (x, y) = (correspondence.original[a], correspondence.written[b])
    guard x.opType == y.opType, x.domain == y.domain, x.overload == y.overload,
      haveSameDefinition(x, y), try attributesMatch(x, y),
      pattern(x.outputs) == pattern(y.outputs)
    else { return false }
    let inputs = max(x.inputs.count, y.inputs.count)
    for position in 0..<inputs {
      switch (x.input(position), y.input(position)) {
      case (nil, nil): continue
      case (let v?, let w?):
        guard try valuesMatch(v, w, &matched, &open) else { return false }
      default: return false
      }
    }
    return true
  }

  private func valuesMatch(
    _ a: ValueID, _ b: ValueID, _ matched: inout [NodeID: NodeID],
    _ open: inout [(NodeID, NodeID)]
  ) throws -> Bool {
    if correspondence.correspond(a, b) { return true }
    let isConstant = correspondence.originalConstants.contains(a)
    guard isConstant == correspondence.writtenConstants.contains(b) else { return false }
    if isConstant { return try areSameConstants(a, b) }
    guard correspondence.writtenValue[a] == nil, correspondence.originalValue[b] == nil else {
      return false
    }
    return push(a, b, &matched, &open)
  }

  /// Which outputs are wanted, without those left out at the end.
  private func pattern(_ outputs: [ValueID?]) -> [Bool] {
    var wanted = outputs.map { $0 != nil }
    while wanted.last == false { wanted.removeLast() }
    return wanted
  }

  /// The same version of the operator; a function that both models define must be compared itself.
  private func haveSameDefinition(_ x: Node, _ y: Node) -> Bool {
    let (original, written) = (correspondence.original, correspondence.written)
    switch (original.function(calledBy: x), written.function(calledBy: y)) {
    case (nil, nil):
      if x.domain.isEmpty {
        let (old, new) = (original.operatorVersion(of: x), written.operatorVersion(of: y))
        if old != nil || new != nil { return old == new }
      }
      return original.opsets(in: x.graph)[x.domain] == written.opsets(in: y.graph)[y.domain]
    case (let f?, let g?):
      guard let index = correspondence.pair(ofOriginal: f.body) else { return false }
      let pair = correspondence.graphs[index]
      return pair.isSeparable && pair.written == g.body
    default: return false
    }
  }

  private func attributesMatch(_ x: Node, _ y: Node) throws -> Bool {
    guard x.attributes.count == y.attributes.count else { return false }
    for attribute in x.attributes {
      guard let other = y.attribute(attribute.name), try match(attribute.value, other) else {
        return false
      }
    }
    return true
  }

  private func match(_ a: AttributeValue, _ b: AttributeValue) throws -> Bool {
    switch (a, b) {
    case (.float(let x), .float(let y)): return x.bitPattern == y.bitPattern
    case (.int(let x), .int(let y)): return x == y
    case (.string(let x), .string(let y)): return x == y
    case (.tensor(let x), .tensor(let y)): return try x.hasSameElements(as: y)
    case (.graph(let x), .graph(let y)): return bodiesMatch(x, y)
    case (.floats(let x), .floats(let y)): return x.map(\.bitPattern) == y.map(\.bitPattern)
    case (.ints(let x), .ints(let y)): return x == y
    case (.strings(let x), .strings(let y)): return x == y
    case (.tensors(let x), .tensors(let y)):
      return try x.count == y.count && zip(x, y).allSatisfy { try $0.hasSameElements(as: $1) }
    case (.graphs(let x), .graphs(let y)):
      return x.count == y.count && zip(x, y).allSatisfy { bodiesMatch($0, $1) }
    case (.type(let x), .type(let y)): return x == y
    case (.types(let x), .types(let y)): return x == y
    case (.reference(let x), .reference(let y)): return x == y
    default: return false
    }
  }

  private func bodiesMatch(_ a: GraphID, _ b: GraphID) -> Bool {
    guard let index = correspondence.pair(ofOriginal: a) else { return false }
    let pair = correspondence.graphs[index]
    return pair.isSeparable && pair.written == b
  }
}
