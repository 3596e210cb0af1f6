internal import ModelIR
internal import Operators

/// What simplification rules may ask about the model under way.
///
/// Shapes follow from inputs, initializers and operators alone: what the file states of inner
/// values is not trusted with the removal of nodes.
final class SimplificationContext {
  let session: FoldSession
  private let shapes: ShapeInference
  private let functionBodies: Set<GraphID>

  init(_ session: FoldSession, constants: (any ConstantEvaluator)?) {
    self.session = session
    shapes = ShapeInference(
      session.model, constants: constants, options: .init(usesStatements: false))
    functionBodies = Set(session.model.functions.map(\.body))
  }

  // MARK: Nodes

  func node(_ id: NodeID) -> Node { session.model[id] }

  func opset(_ id: NodeID) -> Int { session.opset(of: session.model[id]) }

  /// The node that makes a value, if it is of the standard's operators.
  func maker(of value: ValueID?) -> (id: NodeID, node: Node)? {
    guard let value, let id = session.model.producer(of: value), session.model.contains(id) else {
      return nil
    }
    let node = session.model[id]
    // A value that another node makes now keeps its old maker's id.
    guard node.domain.isEmpty, node.outputs.contains(value) else { return nil }
    return (id, node)
  }

  /// The node that makes a value which nothing but one input of one node of its graph reads.
  func soleMaker(of value: ValueID?) -> (id: NodeID, node: Node)? {
    guard let value, session.uses.soleUse(of: value, in: session.model) != nil else { return nil }
    return maker(of: value)
  }

  func isUnused(_ value: ValueID?) -> Bool { value.map { session.uses.isUnused($0) } ?? true }

  func isGraphOutput(_ value: ValueID) -> Bool {
    !session.uses.graphOutputs(of: value).isEmpty
  }

  /// Whether a graph may hold stored constants: a function's body may not, and before IR 4 they
  /// would be inputs of a body.
  func holdsInitializers(_ graph: GraphID) -> Bool {
    if functionBodies.contains(graph) { return false }
    return graph == session.model.mainGraph || session.model.header.irVersion >= 4
  }

  /// Whether a stored constant may take a value's place: a graph hands out stored constants from
  /// IR 4 on, of which runtimes know the main graph's.
  func mayBeStored(_ value: ValueID) -> Bool {
    session.uses.graphOutputs(of: value).allSatisfy {
      $0 == session.model.mainGraph && session.model.header.irVersion >= 4
    }
  }

  // MARK: Values

  func constant(_ value: ValueID?) -> Tensor? {
    value.flatMap { session.constancy(of: $0).tensor }
  }

  /// The whole numbers that an input always holds.
  func integers(_ value: ValueID?) -> [Int]? {
    guard let value else { return nil }
    if let known = session.integers(value) { return known }
    guard let numbers = shapes.numbers(of: value) else { return nil }
    let known = numbers.compactMap(\.value)
    return known.count == numbers.count ? known : nil
  }

  /// The elements of a small vector of whole numbers as far as they follow from shapes.
  func numbers(_ value: ValueID) -> [Dimension]? { shapes.numbers(of: value) }

  func type(_ value: ValueID?) -> ValueType? {
    guard let value else { return nil }
    if let tensor = session.model[value].initializer {
      return .tensor(tensor.dataType, tensor.shape.dimensions.map { .known($0) })
    }
    return session.addedType(of: value) ?? shapes.type(of: value)
  }

  func dataType(_ value: ValueID?) -> DataType? { type(value)?.dataType }

  func dimensions(_ value: ValueID?) -> [Dimension]? { type(value)?.dimensions }

  /// Whether two values have the same extents.
  ///
  /// With `sameCount` both are known to have as many elements as each other, so that one extent
  /// may be unknown in both. Nothing is concluded where only one of two extents is a number: an
  /// operator that asks for it is a check as well.
  func haveSameShape(_ a: ValueID?, _ b: ValueID?, sameCount: Bool = false) -> Bool {
    guard let x = dimensions(a), let y = dimensions(b), x.count == y.count else { return false }
    var open = 0
    for (m, n) in zip(x, y) {
      switch (m, n) {
      case (.known(let m), .known(let n)):
        guard m == n, m != 0 || !sameCount else { return false }
      case (.symbol(let m), .symbol(let n)) where m == n: break
      case (.known, _), (_, .known): return false
      default: open += 1
      }
    }
    return open == 0 || (sameCount && open == 1)
  }

  /// Whether broadcasting a constant of this shape against a value leaves the value's shape.
  func keepsShape(of value: ValueID?, with shape: TensorShape) -> Bool {
    if shape.elementCount == 1, shape.rank == 0 { return true }
    guard let extents = dimensions(value), shape.rank <= extents.count else { return false }
    return zip(extents.suffix(shape.rank), shape.dimensions).allSatisfy { extent, own in
      own == 1 || extent == .known(own)
    }
  }

  /// Whether a Transpose moves extents of 1 alone, so that elements stay in their order.
  func keepsOrder(_ node: Node) throws(AttributeError) -> Bool {
    guard let extents = dimensions(node.input(0)) else { return false }
    let permutation = try ShapeAttributes.permutation(node, rank: extents.count)
    let moving = permutation.filter { extents[$0] != .known(1) }
    return moving == moving.sorted()
  }

  /// A draft about a node.
  func draft(_ id: NodeID) -> SimplificationDraft { SimplificationDraft(at: id, in: session) }
}
