internal import ModelIR

/// Finds out what another program's fold must have done, where names and structure say it plainly.
///
/// Plain is: a linear node of the original, followed by per-channel affines on the channels that
/// its weight has, makes a value that in the written model a linear node of the same kind makes
/// from the same input.
struct ClaimInference {
  let correspondence: Correspondence
  let affines: AffineReader
  let types: [ValueID: ValueType]

  private var original: Model { correspondence.original }
  private var written: Model { correspondence.written }

  /// Claims about the new weights and biases of a region.
  func claims(for region: Region) -> [ResolvedClaim] {
    let path = correspondence.graphs[region.graph].path
    return region.outputs.flatMap { claims(for: $0, path) }
  }

  // MARK: Parts

  /// A linear node with what adds its bias.
  private struct Linear {
    var node: NodeID
    var weight: ValueID
    var bias: ValueID?
    var data: ValueID
  }

  private func claims(for output: ValuePair, _ path: String) -> [ResolvedClaim] {
    guard let (old, chain) = originalLinear(above: output.original),
      let new = writtenLinear(above: output.written),
      original[old.node].opType == written[new.node].opType,
      correspondence.correspond(old.data, new.data),
      let index = channels(of: original[old.node])
    else { return [] }
    var result: [ResolvedClaim] = []
    func add(_ role: FoldClaim.Role, _ source: ValueID?, _ target: ValueID, _ index: ChannelIndex) {
      guard written[target].initializer != nil else { return }
      let step = FoldClaim.Step(affine: chain, side: .output, index: index)
      let claim = FoldClaim(
        target: target, role: role, linearNode: old.node, source: source, steps: [step])
      result.append(
        ResolvedClaim(
          claim: claim, graph: path, name: written[target].name, target: target, isClaimed: false))
    }
    add(.weight, old.weight, new.weight, index)
    if let target = new.bias, haveSameFactors(original[old.node], written[new.node]) {
      let rank = written[target].initializer?.shape.rank ?? 1
      add(.bias(weight: nil), old.bias, target, .axis(max(0, rank - 1)))
    }
    return result
  }

  /// Whether neither Gemm multiplies its bias and both multiply their products by the same.
  private func haveSameFactors(_ a: Node, _ b: Node) -> Bool {
    func factor(_ name: String, _ node: Node) -> Float {
      if case .float(let value)? = node.attribute(name) { value } else { 1 }
    }
    return factor("beta", a) == 1 && factor("beta", b) == 1
      && factor("alpha", a) == factor("alpha", b)
  }

  /// The linear node above a value and the affines between, in the order they act.
  private func originalLinear(above value: ValueID) -> (Linear, [NodeID])? {
    var chain: [NodeID] = []
    var value = value
    while chain.count < 16, let id = original.producer(of: value), original.contains(id) {
      let node = original[id]
      if let linear = linear(id, in: original, correspondence.originalConstants) {
        let isPlain = chain.allSatisfy { actsOnChannels(original[$0], of: original[id]) }
        return chain.isEmpty || !isPlain ? nil : (linear, chain.reversed())
      }
      guard affines.isCandidate(node),
        let data = node.inputs.compactMap({ $0 }).first(where: {
          !correspondence.originalConstants.contains($0)
        }), correspondence.writtenValue[data] == nil
      else { return nil }
      chain.append(id)
      value = data
    }
    return nil
  }

  /// The linear node that makes a value, through the Add of its bias if there is one.
  private func writtenLinear(above value: ValueID) -> Linear? {
    guard let id = written.producer(of: value) else { return nil }
    let constants = correspondence.writtenConstants
    if let linear = linear(id, in: written, constants) { return linear }
    let node = written[id]
    guard node.isStandard("Add"), node.inputs.count == 2,
      let bias = node.inputs.compactMap({ $0 }).first(where: { constants.contains($0) }),
      let sum = node.inputs.compactMap({ $0 }).first(where: { !constants.contains($0) }),
      let maker = written.producer(of: sum),
      var linear = linear(maker, in: written, constants), linear.bias == nil,
      written[maker].opType == "MatMul"
    else { return nil }
    linear.bias = bias
    return linear
  }

  private func linear(_ id: NodeID, in model: Model, _ constants: ConstantSet) -> Linear? {
    let node = model[id]
    guard node.domain.isEmpty, ["Conv", "ConvTranspose", "Gemm", "MatMul"].contains(node.opType),
      let data = node.input(0), !constants.contains(data), let weight = node.input(1),
      constants.contains(weight)
    else { return nil }
    if let bias = node.input(2), !constants.contains(bias) { return nil }
    return Linear(node: id, weight: weight, bias: node.input(2), data: data)
  }

  /// Which output channel an element of the weight belongs to.
  private func channels(of node: Node) -> ChannelIndex? {
    guard let weight = node.input(1), let shape = affines.resolver.shape(weight) else { return nil }
    func int(_ name: String) -> Int? {
      if case .int(let value)? = node.attribute(name) { Int(clamping: value) } else { nil }
    }
    switch node.opType {
    case "Conv": return .axis(0)
    case "ConvTranspose":
      let groups = max(1, int("group") ?? 1)
      guard shape.count > 1, shape[0] >= groups else { return nil }
      return ChannelIndex(
        memberAxis: 1,
        group: ChannelIndex.Group(axis: 0, size: shape[0] / groups, channels: shape[1]))
    case "Gemm": return .axis(int("transB") ?? 0 != 0 ? 0 : 1)
    default: return shape.count == 2 ? .axis(1) : nil
    }
  }

  /// Whether an affine acts on the axis that counts a linear node's output channels.
  private func actsOnChannels(_ node: Node, of linear: Node) -> Bool {
    guard let rank = linear.output(0).flatMap({ types[$0]?.dimensions?.count }) else {
      return false
    }
    let axis = ["Conv", "ConvTranspose"].contains(linear.opType) ? 1 : rank - 1
    if node.opType == "BatchNormalization" { return axis == 1 }
    for input in node.inputs.compactMap({ $0 }) {
      guard let shape = affines.resolver.shape(input) else { continue }
      for (offset, extent) in shape.reversed().enumerated()
      where extent != 1 && rank - 1 - offset != axis {
        return false
      }
    }
    return true
  }
}
