internal import ModelIR

/// Makes one convolution of a sum of linear branches: rule `reparameterize`.
///
/// Conditions: every branch reads the same value; convolutions have the same strides and groups;
/// an identity needs stride 1, it and averages as many outputs as inputs; averages count their
/// padding; outputs have the same extents for every input (`MergedWindow`); nothing else reads what
/// lies between; and the merged convolution multiplies no more than the branches did.
///
/// Shapes: weights [O, C/g, k…] merged [O, C/g, k′…], biases [O].
struct BranchMerger {
  let session: FoldSession
  let root: NodeID
  let branches: [LinearBranch]
  let nodes: [NodeID]
  let input: ValueID
  private let outputs: Int
  private let members: Int
  private let type: DataType
  private let window: MergedWindow

  /// Nil where a condition is not met.
  init?(_ session: FoldSession, root: NodeID) {
    var reader = BranchReader(session)
    do throws(BranchReader.NotMergeable) { try reader.read(root: root) } catch { return nil }
    guard let input = reader.input,
      let window = MergedWindow(reader.branches.map(\.window))
    else { return nil }
    var shape: (outputs: Int, members: Int, group: Int, type: DataType)?
    for case .convolution(_, let tensor, _, _, let group) in reader.branches.map(\.kernel) {
      let dimensions = tensor.shape.dimensions
      let own = (dimensions[0], dimensions[1], group, tensor.dataType)
      if let shape, shape != own { return nil }
      shape = own
    }
    guard let shape else { return nil }
    let (inputs, overflow) = shape.members.multipliedReportingOverflow(by: shape.group)
    guard !overflow else { return nil }
    // An identity, or an average, gives each channel to itself.
    guard shape.outputs == inputs || reader.branches.allSatisfy(\.isConvolution) else {
      return nil
    }
    self.session = session
    self.root = root
    branches = reader.branches
    nodes = reader.nodes
    self.input = input
    (outputs, members, type) = (shape.outputs, shape.members, shape.type)
    self.window = window
    guard isNoMoreWork, branches.allSatisfy({ along($0) != nil }) else { return nil }
  }

  /// Multiplications per output position: convolutions O·C/g·taps, averages O·taps.
  private var isNoMoreWork: Bool {
    var before = 0.0
    for branch in branches {
      switch branch.kernel {
      case .convolution: before += Double(outputs * members) * Double(branch.taps)
      case .average: before += Double(outputs) * Double(branch.taps)
      case .identity: break
      }
    }
    let taps = window.window.kernel.reduce(1.0) { $0 * Double($1) }
    return Double(outputs * members) * taps <= before
  }

  private func along(_ branch: LinearBranch) -> [AxisAffine]? {
    let steps = branch.steps.compactMap { $0.along(axis: 1, extent: outputs) }
    return steps.count == branch.steps.count ? steps : nil
  }

  // MARK: The patch

  /// What is changed, and what it amounts to; nil where a tensor was merged before.
  func drawn() -> (patch: GraphPatch, merge: LayerMerge)? {
    guard let host = branches.filter(\.isConvolution).max(by: { $0.taps < $1.taps })?.node,
      let output = session.model[root].output(0)
    else { return nil }
    var patch = GraphPatch(
      rule: "reparameterize", graph: session.model[root].graph,
      sourceNodes: [root] + branches.map(\.node), for: session.model)
    guard let kernel = merged(isBias: false), let bias = merged(isBias: true) else { return nil }
    let own = Blocker.name(of: session.model[host], in: session.model)
    let weight = add(kernel, "\(name(host, 1) ?? own)_merged", host, .weight, &patch)
    var inputs: [ValueID?] = [input, weight]
    var tensors = [weight]
    if !bias.recipe.terms.isEmpty {
      let hint = name(host, 2).map { "\($0)_merged" }
      let value = add(
        bias, hint ?? "\(own).bias", host, .bias(weight: nil), &patch)
      inputs.append(value)
      tensors.append(value)
    }
    var node = session.model[host]
    let before = branches.reduce(0) { sum, branch in
      guard case .convolution(_, let weight, _, let bias, _) = branch.kernel else { return sum }
      return sum + weight.shape.elementCount + (bias?.shape.elementCount ?? 0)
    }
    node.inputs = inputs
    node.outputs = [output]
    settle(&node)
    patch.edits[host] = node
    patch.removals = nodes.filter { $0 != host }
    let after =
      kernel.shape.elementCount + (tensors.count > 1 ? outputs : 0)
    return (
      patch,
      LayerMerge(
        kind: .branches, root: root, layer: host, count: branches.count, removed: patch.removals,
        parametersBefore: before, parametersAfter: after, tensors: tensors)
    )
  }

  /// The window's attributes, stated where they differ from what stands there.
  private func settle(_ node: inout Node) {
    let merged = window.window
    if let text = node.attribute("auto_pad")?.text, text != "NOTSET", text != "" {
      node.setAttribute("auto_pad", .string(Array("NOTSET".utf8)))
    }
    func set(_ name: String, _ numbers: [Int], or none: Int?) {
      let value = numbers.map { Int64($0) }
      if case .ints(let old)? = node.attribute(name), old == value { return }
      if node.attribute(name) == nil, let none, numbers.allSatisfy({ $0 == none }) { return }
      node.setAttribute(name, .ints(value))
    }
    set("kernel_shape", merged.kernel, or: nil)
    set("dilations", merged.dilations, or: 1)
    set("pads", merged.padsBegin + merged.padsEnd, or: 0)
  }

  private func name(_ node: NodeID, _ position: Int) -> String? {
    session.model[node].input(position).map { session.model[$0].name }
  }

  /// A merged tensor and how it is claimed.
  private struct Merged {
    var recipe: TensorRecipe
    var shape: TensorShape
    var type: DataType
    var branches: [FoldClaim.Branch]
  }

  private func add(
    _ tensor: Merged, _ hint: String, _ host: NodeID, _ role: FoldClaim.Role,
    _ patch: inout GraphPatch
  ) -> ValueID {
    let value = patch.newValue(
      hint, in: patch.graph,
      initializer: Tensor(dataType: tensor.type, shape: tensor.shape, recipe: tensor.recipe),
      type: .tensor(tensor.type, tensor.shape.dimensions.map { .known($0) }))
    var claim = FoldClaim(target: value, role: role, linearNode: host, source: nil, steps: [])
    claim.branches = tensor.branches.map {
      var branch = $0
      branch.claim.target = value
      return branch
    }
    patch.claims.append(claim)
    return value
  }

  // MARK: The numbers

  private func merged(isBias: Bool) -> Merged? {
    let dimensions = isBias ? [outputs] : [outputs, members] + window.window.kernel
    guard let shape = TensorShape(dimensions) else { return nil }
    var result = Merged(
      recipe: TensorRecipe(terms: []), shape: shape, type: type, branches: [])
    var shift = [Double](repeating: 0, count: outputs)
    for (index, branch) in branches.enumerated() {
      guard let steps = along(branch) else { return nil }
      var factor = [Double](repeating: branch.sign, count: outputs)
      for step in steps {
        for (o, scale) in step.scale.enumerated() { factor[o] *= scale }
      }
      if isBias {
        guard addBias(branch, steps, factor, &shift, &result) else { return nil }
      } else {
        guard addKernel(index, steps, factor, &result) else { return nil }
      }
    }
    if isBias, shift.contains(where: { $0 != 0 }) {
      result.recipe = result.recipe.addingVector(shift, at: .axis(0))
    }
    return result
  }

  private func claimSteps(_ steps: [AxisAffine]) -> [FoldClaim.Step] {
    steps.flatMap { step in
      let parts =
        step.site.nodes.isEmpty
        ? step.site.parts : [.init(nodes: step.site.nodes, addsShift: true)]
      return parts.map {
        FoldClaim.Step(
          affine: $0.nodes, side: .output, index: .axis(0), channelMap: step.claimedMap,
          addsShift: $0.addsShift && step.addsShift)
      }
    }
  }

  private func addKernel(
    _ index: Int, _ steps: [AxisAffine], _ factor: [Double], _ result: inout Merged
  ) -> Bool {
    let branch = branches[index]
    let own: TensorShape
    var recipe: TensorRecipe
    var parts: [FoldClaim.Branch]
    switch branch.kernel {
    case .convolution(let value, let tensor, _, _, _):
      (own, recipe) = (tensor.shape, tensor.asRecipe)
      parts = summands(value, own, .weight, branch.node)
    case .identity, .average:
      guard let shape = TensorShape([outputs, members] + branch.window.kernel),
        let ones = diagonal(shape)
      else { return false }
      var isAverage = false
      if case .average = branch.kernel { isAverage = true }
      own = shape
      let claim = FoldClaim(
        target: ValueID(0), role: .weight, linearNode: branch.node, source: nil, steps: [])
      parts = [.init(claim: claim, kernel: isAverage ? .average : .identity, shape: own, sign: 1)]
      recipe = TensorRecipe(terms: [.init(source: ones)])
      if isAverage {
        recipe = recipe.scaled(by: factor.map { _ in 1 / Double(branch.taps) }, at: .axis(0))
      }
    }
    recipe = recipe.scaled(by: factor, at: .axis(0))
    let placement = [0, 0] + window.placements[index]
    let spacing = [1, 1] + window.spacings[index]
    for t in recipe.terms.indices {
      guard recipe.terms[t].placement == nil, recipe.terms[t].source?.shape == own else {
        return false
      }
      if own != result.shape {
        recipe.terms[t].placement = placement
        recipe.terms[t].spacing = spacing
      }
    }
    result.recipe = result.recipe.adding(recipe)
    for p in parts.indices {
      guard parts[p].shape == own else { return false }
      parts[p].claim.steps += claimSteps(steps)
      parts[p].sign *= branch.sign
      (parts[p].placement, parts[p].spacing) = (placement, spacing)
    }
    result.branches += parts
    return true
  }

  /// The summands that a branch's own tensor is put together from: itself, or those of an earlier
  /// merge.
  private func summands(
    _ value: ValueID, _ shape: TensorShape, _ role: FoldClaim.Role, _ node: NodeID
  ) -> [FoldClaim.Branch] {
    let prior = session.claims[value]
    if let prior, !prior.branches.isEmpty { return prior.branches }
    let claim =
      prior
      ?? FoldClaim(target: ValueID(0), role: role, linearNode: node, source: value, steps: [])
    return [.init(claim: claim, kernel: .stored, shape: shape, sign: 1)]
  }

  private func addBias(
    _ branch: LinearBranch, _ steps: [AxisAffine], _ factor: [Double], _ shift: inout [Double],
    _ result: inout Merged
  ) -> Bool {
    var own = [Double](repeating: 0, count: outputs)
    for step in steps {
      let (scale, add) = (step.scale, step.shift)
      for o in own.indices { own[o] = own[o] * scale[o] + add[o] }
    }
    for o in own.indices { shift[o] += branch.sign * own[o] }
    var parts: [FoldClaim.Branch] = []
    if case .convolution(let weight, _, let bias, let tensor, _) = branch.kernel {
      let priorWeight = session.claims[weight]
      if let bias, let tensor {
        let recipe = tensor.asRecipe.scaled(by: factor, at: .axis(0))
        guard recipe.terms.allSatisfy({ $0.placement == nil }) else { return false }
        result.recipe = result.recipe.adding(recipe)
        result.type = tensor.dataType
        parts = summands(bias, tensor.shape, .bias(weight: nil), branch.node)
      }
      if parts.count == 1, case .stored = parts[0].kernel {
        // What the weight alone has met so far still scales what its steps sum.
        parts[0].claim.role = .bias(weight: priorWeight == nil ? weight : priorWeight?.source)
        (parts[0].claim.weightOutput, parts[0].claim.biasOutput) = (.axis(0), .axis(0))
        let known = Set(parts[0].claim.steps.map(\.affine))
        for var missing in priorWeight?.steps ?? [] where !known.contains(missing.affine) {
          if missing.side == .output { missing.index = .axis(0) }
          missing.addsShift = false
          parts[0].claim.steps.append(missing)
        }
      }
    }
    if parts.isEmpty {
      let claim = FoldClaim(
        target: ValueID(0), role: .bias(weight: nil), linearNode: branch.node, source: nil,
        weightOutput: .axis(0), biasOutput: .axis(0), steps: [])
      parts = [.init(claim: claim, kernel: .stored, shape: .vector(outputs), sign: 1)]
    }
    for p in parts.indices {
      guard parts[p].shape == .vector(outputs) else { return false }
      // What is added behind a sum is added once.
      parts[p].claim.steps += claimSteps(p == 0 ? steps : steps.map(\.scaleOnly))
      parts[p].sign *= branch.sign
    }
    result.branches += parts
    return true
  }

  /// Ones where output channel o meets input channel o of its group, at every tap.
  private func diagonal(_ shape: TensorShape) -> Tensor? {
    var numbers = [Float](repeating: 0, count: shape.elementCount)
    let taps = shape.elementCount / (outputs * members)
    for o in 0..<outputs {
      let start = (o * members + o % members) * taps
      for tap in 0..<taps { numbers[start + tap] = 1 }
    }
    return Tensor(numbers, shape: shape)
  }
}
