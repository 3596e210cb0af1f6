internal import ModelIR
internal import Operators

/// Reads a value as a sum of linear branches of one other value.
struct BranchReader {
  /// Why a value is no such sum.
  struct NotMergeable: Error {}

  private static let mostNodes = 256
  let session: FoldSession
  /// The branches, in the order of their operands.
  private(set) var branches: [LinearBranch] = []
  /// The nodes that make the sum, the last one first; the branches' own among them.
  private(set) var nodes: [NodeID] = []
  /// The value that every branch reads.
  private(set) var input: ValueID?
  /// Values that no branch is read through: x itself is one.
  private var spatialRank = 0

  init(_ session: FoldSession) { self.session = session }

  /// Reads what a node makes; throws where it is no sum of at least two branches of one value.
  mutating func read(root: NodeID) throws(NotMergeable) {
    guard let rank = session.model[root].output(0).flatMap({ session.rank(of: $0) }), rank > 2
    else { throw NotMergeable() }
    spatialRank = rank - 2
    try expand(root, [], 1)
    guard branches.count > 1, branches.contains(where: \.isConvolution) else {
      throw NotMergeable()
    }
  }

  /// `steps`: the affines behind this value, the last one first.
  private mutating func read(
    _ value: ValueID, for reader: NodeID, _ steps: [ChannelAffine], _ sign: Double
  ) throws(NotMergeable) {
    if let maker = soleMaker(of: value, reader), try expand(maker, steps, sign) { return }
    try add(.identity, reader, .point(spatialRank), value, steps, sign)
  }

  /// The node that makes a value which one other reads, in its own graph.
  private func soleMaker(of value: ValueID, _ reader: NodeID) -> NodeID? {
    let model = session.model
    guard value != input, model[value].graph == model[reader].graph,
      session.uses.soleUse(of: value, in: model)?.node == reader,
      case .node(let maker, 0) = model[value].producer,
      model[maker].outputs.dropFirst().allSatisfy({ $0 == nil })
    else { return nil }
    return maker
  }

  /// Reads through a node; false where it is none that a branch may hold.
  @discardableResult
  private mutating func expand(
    _ id: NodeID, _ steps: [ChannelAffine], _ sign: Double
  ) throws(NotMergeable) -> Bool {
    let node = session.model[id]
    guard node.domain.isEmpty, nodes.count < Self.mostNodes else { return false }
    switch node.opType {
    case "Conv": return try convolution(id, steps, sign)
    case "AveragePool": return try pool(id, steps, sign)
    case "Identity", "Dropout":
      var draft = FoldDraft(site: id, session: session)
      guard let input = node.input(0),
        (try? IdentityRule().backward(
          ChannelAffine(
            site: .init(
              nodes: [], scale: [1], shift: [0], shiftMagnitude: [0], roundoff: 0,
              statistics: nil), layout: .uniform),
          output: 0, at: Visit(id, session), draft: &draft)) != nil
      else { return false }
      nodes.append(id)
      try read(input, for: id, steps, sign)
      return true
    default: break
    }
    if let (input, affine) = affine(id) {
      nodes.append(id)
      try read(input, for: id, steps + [affine], sign)
      return true
    }
    guard node.opType == "Add" || node.opType == "Sub", node.inputs.count == 2,
      let first = node.input(0), let second = node.input(1), first != second,
      session.constancy(of: first).tensor == nil, session.constancy(of: second).tensor == nil,
      node.attribute("axis") == nil
    else { return false }
    nodes.append(id)
    try read(first, for: id, steps, sign)
    // What is added behind the sum is added once.
    try read(second, for: id, steps.map(\.scaleOnly), node.opType == "Sub" ? -sign : sign)
    return true
  }

  /// A BatchNormalization, or arithmetic with a constant, along the channels.
  private func affine(_ id: NodeID) -> (ValueID, ChannelAffine)? {
    let reader = SiteReader(session)
    let site: AffineSite?
    switch SiteReader.kind(of: session.model[id]) {
    case .batchNormalization: site = try? reader.normalization(id)
    case .arithmetic: site = try? reader.arithmetic(id)
    case nil: site = nil
    }
    guard let site, !site.affine.site.nodes.isEmpty || !site.affine.site.parts.isEmpty,
      site.affine.layout.axes.isEmpty || site.affine.layout.axes == [1]
    else { return nil }
    return (site.input, site.affine)
  }

  // MARK: Ends

  private mutating func convolution(
    _ id: NodeID, _ steps: [ChannelAffine], _ sign: Double
  ) throws(NotMergeable) -> Bool {
    let node = session.model[id]
    guard let x = node.input(0), let weight = node.input(1),
      case .constant(let tensor) = session.constancy(of: weight),
      tensor.dataType.isFoldableFloat, !session.isQuantized(weight),
      tensor.shape.rank == spatialRank + 2, tensor.shape.elementCount > 0,
      let attributes = try? ConvolutionAttributes(node, spatialRank: spatialRank),
      let window = window(
        attributes.window, Array(tensor.shape.dimensions[2...])),
      tensor.shape.dimensions[0] % attributes.group == 0
    else { return false }
    var bias: Tensor?
    if let value = node.input(2) {
      guard case .constant(let stored) = session.constancy(of: value),
        stored.shape == .vector(tensor.shape.dimensions[0]), stored.dataType.isFoldableFloat
      else { return false }
      bias = stored
    }
    nodes.append(id)
    try add(
      .convolution(
        weight: weight, tensor, bias: node.input(2), bias, group: attributes.group), id, window, x,
      steps, sign)
    return true
  }

  private mutating func pool(
    _ id: NodeID, _ steps: [ChannelAffine], _ sign: Double
  ) throws(NotMergeable) -> Bool {
    let node = session.model[id]
    guard let x = node.input(0),
      let attributes = try? PoolAttributes(node, spatialRank: spatialRank), !attributes.ceilMode,
      let window = window(attributes.window, attributes.kernel),
      attributes.countIncludePad || (window.padsBegin + window.padsEnd).allSatisfy({ $0 == 0 })
    else { return false }
    nodes.append(id)
    try add(.average, id, window, x, steps, sign)
    return true
  }

  /// The window with its padding resolved; nil where that depends on the input's extents.
  private func window(_ attributes: WindowAttributes, _ kernel: [Int]) -> BranchWindow? {
    guard attributes.kernel.map({ $0 == kernel }) ?? true,
      kernel.allSatisfy({ $0 > 0 && $0 < 1 << 16 }),
      (attributes.dilations + attributes.padsBegin + attributes.padsEnd)
        .allSatisfy({ $0 < 1 << 16 })
    else { return nil }
    var window = BranchWindow(
      kernel: kernel, strides: attributes.strides, dilations: attributes.dilations,
      padsBegin: attributes.padsBegin, padsEnd: attributes.padsEnd)
    switch attributes.autoPad {
    case .notSet: break
    case .valid:
      window.padsBegin = kernel.map { _ in 0 }
      window.padsEnd = window.padsBegin
    case .sameUpper, .sameLower:
      guard attributes.strides.allSatisfy({ $0 == 1 }) else { return nil }
      for axis in kernel.indices {
        let total = attributes.dilations[axis] * (kernel[axis] - 1)
        let smaller = total / 2
        let isUpper = attributes.autoPad == .sameUpper
        window.padsBegin[axis] = isUpper ? smaller : total - smaller
        window.padsEnd[axis] = total - window.padsBegin[axis]
      }
    }
    return window
  }

  private mutating func add(
    _ kernel: LinearBranch.Kernel, _ node: NodeID, _ window: BranchWindow, _ value: ValueID,
    _ steps: [ChannelAffine], _ sign: Double
  ) throws(NotMergeable) {
    if let input, input != value { throw NotMergeable() }
    input = value
    branches.append(
      LinearBranch(
        kernel: kernel, node: node, window: window, sign: sign, steps: steps.reversed()))
  }
}
