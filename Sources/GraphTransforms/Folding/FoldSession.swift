internal import ModelIR
internal import Operators

/// The model under way and what is known about it.
///
/// A class, so that rules can ask without holding a copy that each patch would have to duplicate.
final class FoldSession {
  private(set) var model: Model
  private(set) var uses: UseIndex
  private var names: NameAllocator
  private var constants: ConstantView
  /// The model as it came, and what is constant there.
  private let input: Model
  private var inputConstants: ConstantView
  private let shapes: ShapeInference
  /// The types of values that patches added.
  private var types: [ValueID: ValueType] = [:]
  let options: FoldOptions
  /// Claims about initializers that earlier patches made.
  private(set) var claims: [ValueID: FoldClaim] = [:]
  private(set) var journal: [AppliedPatch] = []
  /// Which nodes of the input model an affine node stands for, where it took others in.
  private(set) var merged: [NodeID: [NodeID]] = [:]
  /// The same where it took the scale of some without their shift.
  private var mergedParts: [NodeID: [SiteAffine.Part]] = [:]
  /// What weights hold, before rounding, that folds scaled where they are stored quantized.
  private(set) var dequantized: [ValueID: Tensor] = [:]
  /// Constants that only repeat others.
  private var widened: [ValueID: ValueID] = [:]
  /// For each node that a fold added, the node of the input model behind which it stands.
  private var hosts: [NodeID: NodeID] = [:]
  /// Nodes that patches changed.
  private var touched: Set<NodeID> = []

  /// What happened to the site under way; nil where nobody wants to know.
  var story: SiteStory?

  init(_ model: Model, constants: (any ConstantEvaluator)?, options: FoldOptions) {
    self.model = model
    self.options = options
    uses = UseIndex(model)
    names = NameAllocator(model)
    shapes = ShapeInference(model, constants: constants)
    self.constants = ConstantView(
      evaluator: constants, options: .init(assumesDefaults: options.assumeConstantInputs))
    input = model
    inputConstants = self.constants
  }

  // MARK: Asking

  /// The constant a value holds, or why it is none.
  func constancy(of value: ValueID) -> Constancy { constants.constancy(of: value, in: model) }

  /// Whether what a constant holds is a constant of the input model, of which a claim can tell:
  /// not one that a simplification knew from shapes.
  func isOfInput(_ value: ValueID) -> Bool {
    let source = claims[value]?.source ?? value
    guard options.simplifies, source.index < input.values.count else { return true }
    return inputConstants.tensor(source, in: input) != nil
  }

  /// The whole numbers a value always holds.
  func integers(_ value: ValueID) -> [Int]? { constants.integers(value, in: model) }

  /// The extents of a value; nil where even the rank is unknown.
  func dimensions(of value: ValueID) -> [Dimension]? {
    if let tensor = model[value].initializer { return tensor.shape.dimensions.map { .known($0) } }
    return type(of: value)?.dimensions
  }

  func rank(of value: ValueID) -> Int? { dimensions(of: value)?.count }

  func type(of value: ValueID) -> ValueType? { types[value] ?? shapes.type(of: value) }

  func opset(of node: Node) -> Int { model.standardOpset(in: node.graph) }

  /// The nodes of the input model that an affine node stands for.
  func originals(of node: NodeID) -> [NodeID] { merged[node] ?? [node] }

  /// The node of the input model that a node is, or behind which a fold added it.
  func inputNode(_ node: NodeID) -> NodeID { hosts[node] ?? node }

  /// What an affine node stands for where it took scales in without their shifts; none else.
  func parts(of node: NodeID) -> [SiteAffine.Part] { mergedParts[node] ?? [] }

  /// Whether something besides one node reads a constant or what it is made from.
  func isShared(_ value: ValueID) -> Bool {
    var pending = [value]
    var seen: Set<ValueID> = []
    while let next = pending.popLast() {
      guard seen.insert(next).inserted else { continue }
      if uses.uses(of: next).count > 1 || !uses.graphOutputs(of: next).isEmpty { return true }
      guard let maker = model.producer(of: next) else { continue }
      pending.append(contentsOf: model[maker].inputs.compactMap { $0 })
    }
    return false
  }

  /// Whether a constant is made from quantized numbers, which a fold would store as floats.
  func isQuantized(_ value: ValueID) -> Bool {
    var pending = [value]
    var seen: Set<ValueID> = []
    while let next = pending.popLast() {
      guard seen.insert(next).inserted, let maker = model.producer(of: next) else { continue }
      let node = model[maker]
      if node.opType == "DequantizeLinear" { return true }
      pending.append(contentsOf: node.inputs.compactMap { $0 })
    }
    return false
  }

  /// The constant that another only repeats, or itself.
  func sourceOfWidened(_ value: ValueID) -> ValueID { widened[value] ?? value }

  /// The type of a value that a patch added.
  func addedType(of value: ValueID) -> ValueType? { types[value] }

  /// Forgets which values are constants: some may have become so.
  func forgetConstants() {
    constants = ConstantView(evaluator: constants.evaluator, options: constants.options)
  }

  /// The same for one value.
  func forgetConstant(_ value: ValueID) { constants.forget(value) }

  // MARK: Changing

  /// Applies a complete draft; gives the nodes that it changed.
  func commit(_ draft: FoldDraft) throws(KeepReason) -> Set<NodeID> {
    var draft = draft
    let patch = draft.finish(self)
    let firstNode = model.nodes.count
    let changed = try apply(patch)
    for (offset, insertion) in patch.insertions.enumerated() {
      let added = NodeID(firstNode + offset)
      hosts[added] = inputNode(insertion.place.neighbour)
      // It is no affine of the input model.
      merged[added] = []
    }
    for (old, new) in draft.renames where new.index >= patch.firstNewValue {
      types[new] = type(of: old)
    }
    for (old, new) in draft.splices { types[new] = type(of: old) }
    for (node, nodes) in draft.merges {
      merged[node] = nodes
      mergedParts[node] = draft.mergedParts[node]
    }
    dequantized.merge(draft.dequantized) { _, new in new }
    widened.merge(draft.widened) { _, new in new }
    return changed
  }

  /// Applies a patch that leaves the numbers of all values as they are, but for those it adds;
  /// gives the nodes that it changed.
  @discardableResult
  func apply(_ patch: GraphPatch) throws(KeepReason) -> Set<NodeID> {
    if let refusal = options.refusal?(patch, model) { throw .notWritable(refusal) }
    let applied: [FoldClaim]
    do throws(GraphError) {
      applied = try model.apply(patch, uses: &uses, names: &names)
    } catch {
      throw .notWritable("the patch does not fit the graph: \(error)")
    }
    for claim in applied { claims[claim.target] = claim }
    for (offset, new) in patch.newValues.enumerated() {
      if let type = new.type { types[ValueID(patch.firstNewValue + offset)] = type }
    }
    journal.append(AppliedPatch(patch))
    let changed = Set(patch.edits.keys).union(patch.removals)
    touched.formUnion(changed)
    return changed
  }

  /// Applies a patch that merges branches; false where the output cannot hold it.
  func commit(merging patch: GraphPatch) -> Bool {
    do throws(KeepReason) {
      try apply(patch)
      return true
    } catch {
      return false
    }
  }

  /// Takes back the calls that need not have been inlined; gives those that stay so.
  func settle(_ inlined: InlinedModel) -> Set<Int> {
    guard !inlined.calls.isEmpty else { return [] }
    let kept = inlined.settle(&model, touched: touched)
    model.compact()
    uses = UseIndex(model)
    return kept
  }

  /// The model without what was removed, and the claims that still have a target.
  func finish() -> (Model, [FoldClaim]) {
    model.compact()
    let alive = claims.values.filter { model[$0.target].initializer != nil }
    return (model, alive.sorted { $0.target < $1.target })
  }
}
