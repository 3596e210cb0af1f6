internal import ModelIR
internal import Operators

/// Makes one layer of two in a row (rule `reparameterize`) under the conditions of `LayerRow`.
///
///     y = W₂·(W₁·x + b₁) + b₂ = (W₂·W₁)·x + (W₂·b₁ + b₂)
struct RowMerger {
  let session: FoldSession
  let row: LayerRow
  private let evaluator: any ConstantEvaluator

  /// Nil where a node is not the last of a row that can be merged.
  init?(_ session: FoldSession, last: NodeID, _ evaluator: any ConstantEvaluator) {
    guard let row = LayerRow(endingAt: last, session) else { return nil }
    (self.session, self.row, self.evaluator) = (session, row, evaluator)
  }

  /// The layers' nodes.
  var nodes: [NodeID] { row.first.nodes + row.second.nodes }

  /// What is changed, and what it amounts to; nil where a number would not fit its type.
  func drawn() -> (patch: GraphPatch, merge: LayerMerge)? {
    var patch = GraphPatch(
      rule: "reparameterize", graph: session.model[row.kept.node].graph, sourceNodes: nodes,
      for: session.model)
    guard let weight = addWeight(&patch), let bias = addBias(&patch) else { return nil }
    let kept = row.kept
    var node = session.model[kept.node]
    node.inputs[0] = row.first.input
    node.inputs[1] = weight
    settle(&node)
    if let addition = kept.addition {
      if row.host == .first {
        // What the product holds is another number now, and so another value.
        let product = patch.newValue(
          "\(session.model[row.second.output].name)_product", in: patch.graph,
          type: session.type(of: row.second.output))
        var add = session.model[addition]
        add.inputs = add.inputs.map { $0 == node.output(0) ? product : bias }
        add.outputs = [row.second.output]
        patch.edits[addition] = add
        node.outputs = [product]
      }
    } else {
      node.outputs = [row.second.output]
      set(bias, of: &node)
    }
    patch.edits[kept.node] = node
    patch.removals = nodes.filter { patch.edits[$0] == nil && $0 != kept.addition }
    return (
      patch,
      LayerMerge(
        kind: .row, root: row.second.node, layer: kept.node, count: 2, removed: patch.removals,
        parametersBefore: row.parametersBefore(session), parametersAfter: row.parametersAfter,
        tensors: patch.claims.map(\.target))
    )
  }

  /// The window's attributes where they are not what stands there.
  private func settle(_ node: inout Node) {
    guard case .convolution(let window) = row.kept.kind else { return }
    if row.groups != row.kept.groups { node.setAttribute("group", .int(Int64(row.groups))) }
    if row.strides != window.strides {
      node.setAttribute("strides", .ints(row.strides.map { Int64($0) }))
    }
  }

  private func set(_ bias: ValueID?, of node: inout Node) {
    guard let bias else { return }
    while node.inputs.count < 3 { node.inputs.append(nil) }
    node.inputs[2] = bias
    // A constant that was multiplied with beta holds it already, unless it is the old one.
    let beta = bias == row.second.bias?.value ? row.second.bias?.scale ?? 1 : 1
    if case .gemm(let attributes) = row.kept.kind, attributes.beta != beta {
      node.setAttribute("beta", .float(Float(beta)))
    }
  }

  // MARK: Tensors

  private func addWeight(_ patch: inout GraphPatch) -> ValueID? {
    let product = LayerProduct(row: row, evaluator: evaluator, model: session.model)
    guard let shape = row.weightShape, let numbers = try? product.weight(),
      numbers.allSatisfy(\.isFinite)
    else { return nil }
    let recipe = TensorRecipe(terms: [.init(source: Tensor(numbers, shape: shape))])
    return add(
      Tensor(dataType: row.first.weight.tensor.dataType, shape: shape, recipe: recipe),
      name: row.kept.weight.value, .weight,
      [branch(shape, .weight, claim(row.first.weight, .weight), row.first.weight)], &patch)
  }

  /// The one layer's bias; the second layer's own where the first has none.
  private func addBias(_ patch: inout GraphPatch) -> ValueID?? {
    guard let bias = row.first.bias else { return .some(row.second.bias?.value) }
    let product = LayerProduct(row: row, evaluator: evaluator, model: session.model)
    guard let shape = row.biasShape, let shift = try? product.shift(),
      shift.allSatisfy(\.isFinite)
    else { return nil }
    let role = FoldClaim.Role.bias(weight: nil)
    var recipe = TensorRecipe(terms: [])
    var branches = [branch(shape, role, claim(bias, role), bias)]
    let axis = ChannelIndex.axis(shape.rank - 1)
    if let own = row.second.bias {
      recipe = own.tensor.asRecipe
      if own.scale != 1 { recipe = recipe.scaled(by: shift.map { _ in own.scale }, at: axis) }
      let prior = claim(own, role)
      branches +=
        prior.branches.isEmpty
        ? [.init(claim: prior, kernel: .stored, shape: shape, sign: 1)] : prior.branches
    }
    recipe = recipe.addingVector(shift, at: axis)
    recipe.isBias = true
    // Returned as it is, a missing one would mean that there is no bias.
    guard
      let value = add(
        Tensor(dataType: bias.tensor.dataType, shape: shape, recipe: recipe),
        name: row.second.bias?.value ?? bias.value, role, branches, &patch)
    else { return nil }
    return .some(value)
  }

  private func add(
    _ tensor: Tensor, name: ValueID, _ role: FoldClaim.Role, _ branches: [FoldClaim.Branch],
    _ patch: inout GraphPatch
  ) -> ValueID? {
    // A product of two numbers of a type need not be one.
    guard (try? tensor.forEachPiece { _, _ in }) != nil else { return nil }
    let value = patch.newValue(
      "\(session.model[name].name)_merged", in: patch.graph, initializer: tensor,
      type: .tensor(tensor.dataType, tensor.shape.dimensions.map { .known($0) }))
    var claim = FoldClaim(
      target: value, role: role, linearNode: session.inputNode(row.second.node), source: nil,
      steps: [])
    claim.branches = branches.map {
      var branch = $0
      branch.claim.target = value
      return branch
    }
    patch.claims.append(claim)
    return value
  }

  // MARK: Claims

  /// The summand that is a product: of the second layer's weight and a parameter of the first.
  private func branch(
    _ shape: TensorShape, _ role: FoldClaim.Role, _ first: FoldClaim,
    _ parameter: LinearLayer.Parameter
  ) -> FoldClaim.Branch {
    let own = FoldClaim(
      target: ValueID(0), role: role, linearNode: session.inputNode(row.second.node), source: nil,
      steps: [])
    let product = FoldClaim.Product(
      first: .init(
        claim: first, shape: parameter.tensor.shape, groups: row.first.groups,
        isTransposed: row.first.isTransposed),
      second: .init(
        claim: claim(row.second.weight, .weight), shape: row.second.weight.tensor.shape,
        groups: row.second.groups, isTransposed: row.second.isTransposed),
      groups: row.groups, isTransposed: row.kept.isTransposed)
    return .init(claim: own, kernel: .product(product), shape: shape, sign: 1)
  }

  /// How a parameter is made: as earlier folds claim, or it is the input model's own.
  private func claim(_ parameter: LinearLayer.Parameter, _ role: FoldClaim.Role) -> FoldClaim {
    if var prior = session.claims[parameter.value] {
      prior.sourceScale *= prior.branches.isEmpty ? parameter.scale : 1
      return prior
    }
    return FoldClaim(
      target: ValueID(0), role: role, linearNode: session.inputNode(row.first.node),
      source: parameter.value, sourceScale: parameter.scale, steps: [])
  }
}
