internal import GraphEvaluation
internal import ModelIR

/// Proposes types and shapes for what is fed to a region: ranks and channels from weights and known
/// types, small spatial extents, about 32 positions.
struct ProbeShapes {
  /// A proposal for every input of a region, by the original's id.
  typealias Proposal = [ValueID: (type: DataType, shape: [Int])]

  let model: Model
  let types: [ValueID: ValueType]
  let resolver: ConstantResolver
  let constants: ConstantSet
  /// The written form, whose operators may ask for extents of their own.
  let written: RegionForm

  /// Proposals in the order in which to try them: small extents, twice as large, the known ones.
  ///
  /// `inputs` are what is fed, values of the original; the region's own inputs unless given.
  func proposals(for region: Region, feeding inputs: [ValueID]? = nil) -> [Proposal] {
    let inputs = inputs ?? region.inputs.map(\.original)
    let isFlexible =
      region.originalNodes.allSatisfy { hasFreeExtents(model[$0], resolver, constants) }
      && region.writtenNodes.allSatisfy {
        hasFreeExtents(written.model[$0], written.resolver, written.constants)
      }
    var proposals: [Proposal] = []
    let scales = isFlexible ? [1, 2] : []
    for scale in scales { proposals.append(proposal(region, inputs) { small($0, region, scale) }) }
    for unknown in [8, 1, 32] {
      proposals.append(proposal(region, inputs) { known($0, region, unknown) })
    }
    return proposals
  }

  // MARK: Parts

  private func proposal(
    _ region: Region, _ inputs: [ValueID], _ shape: (ValueID) -> [Int]
  ) -> Proposal {
    var result: Proposal = [:]
    for input in inputs {
      result[input] = (types[input]?.dataType ?? floatType(region), shape(input))
    }
    return result
  }

  /// The float type of the region's weights.
  private func floatType(_ region: Region) -> DataType {
    for node in region.originalNodes {
      for input in model[node].inputs.compactMap({ $0 }) where constants.contains(input) {
        if let type = resolver.storedTensor(input)?.dataType, type.unitRoundoff != nil {
          return type
        }
      }
    }
    return .float32
  }

  /// Whether a node takes any extents behind the channels.
  private func hasFreeExtents(
    _ node: Node, _ resolver: ConstantResolver, _ constants: ConstantSet
  ) -> Bool {
    guard node.domain.isEmpty else { return false }
    func fixesExtents(_ value: ValueID, _ node: Node) -> Bool {
      self.fixesExtents(value, node, resolver, constants)
    }
    switch node.opType {
    case "Conv", "ConvTranspose", "BatchNormalization", "Relu", "LeakyRelu", "PRelu", "Clip",
      "Sigmoid", "Tanh", "HardSwish", "HardSigmoid", "Identity", "Dropout", "Concat", "MaxPool",
      "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "InstanceNormalization", "Elu",
      "Softplus",
      "Abs", "Neg", "Exp", "Sqrt", "Erf", "Selu", "Max", "Min", "MatMul", "Gemm":
      return node.inputs.allSatisfy { $0.map { !fixesExtents($0, node) } ?? true }
    case "Add", "Sub", "Mul", "Div", "Sum":
      return node.inputs.allSatisfy { $0.map { !fixesExtents($0, node) } ?? true }
    default:
      return false
    }
  }

  /// Whether a constant operand has extents of its own at more than one axis.
  private func fixesExtents(
    _ value: ValueID, _ node: Node, _ resolver: ConstantResolver, _ constants: ConstantSet
  ) -> Bool {
    guard ["Add", "Sub", "Mul", "Div", "Sum", "PRelu", "Gemm"].contains(node.opType),
      constants.contains(value), let shape = resolver.shape(value)
    else { return false }
    if node.opType == "Gemm" { return node.input(2) == value && (shape.count > 1 && shape[0] > 1) }
    return shape.count { $0 != 1 } > 1
  }

  // MARK: Extents

  /// Known extents, `unknown` in place of others; 1 for the first axis.
  private func known(_ value: ValueID, _ region: Region, _ unknown: Int) -> [Int] {
    template(value, region).enumerated().map { axis, extent in
      extent ?? (axis == 0 ? 1 : unknown)
    }
  }

  private func small(_ value: ValueID, _ region: Region, _ scale: Int) -> [Int] {
    let fixed = constraints(value, region)
    let template = template(value, region)
    let rank = template.count
    let spatial = spatialExtents(region, count: max(0, rank - 2), scale)
    let isSequence = region.originalNodes.contains { model[$0].opType == "MatMul" }
    return (0..<rank).map { axis in
      if let extent = fixed[axis] { return extent }
      if isSequence || rank <= 2 {
        // Rows of a matrix, or positions of a sequence.
        return axis == rank - 1 ? template[axis] ?? 8 : axis == rank - 2 ? 16 * scale : 2
      }
      if axis == 0 { return 1 }
      return axis == 1 ? template[axis] ?? 4 : spatial[axis - 2]
    }
  }

  /// Extents that give each window of the region enough outputs, unequal along the axes.
  private func spatialExtents(_ region: Region, count: Int, _ scale: Int) -> [Int] {
    let outputs: [Int] =
      switch count {
      case 1: [32]
      case 2: [6, 5]
      default: [3, 4, 3]
      }
    return (0..<count).map { axis in
      let wanted = (axis < outputs.count ? outputs[axis] : 2) * scale
      var extent = wanted
      for id in region.originalNodes where model[id].opType != "ConvTranspose" {
        extent = max(extent, window(model[id], axis, count, wanted))
      }
      return extent
    }
  }

  /// The extent that gives a sliding window this many outputs.
  private func window(_ node: Node, _ axis: Int, _ count: Int, _ outputs: Int) -> Int {
    func list(_ name: String) -> [Int]? {
      guard case .ints(let values)? = node.attribute(name) else { return nil }
      return values.map { Int(clamping: $0) }
    }
    var kernel = list("kernel_shape")
    if kernel == nil, node.opType == "Conv", let weight = node.input(1) {
      kernel = resolver.shape(weight).map { Array($0.dropFirst(2)) }
    }
    guard let kernel, kernel.count == count else { return 1 }
    let stride = list("strides").flatMap { $0.count == count ? $0[axis] : nil } ?? 1
    let dilation = list("dilations").flatMap { $0.count == count ? $0[axis] : nil } ?? 1
    let pads = list("pads").flatMap { $0.count == 2 * count ? $0[axis] + $0[axis + count] : nil }
    let limit = 1 << 12
    guard (1...limit).contains(kernel[axis]), (1...limit).contains(stride),
      (1...limit).contains(dilation)
    else { return 1 }
    let span = (kernel[axis] - 1) * dilation + 1 + stride * (outputs - 1)
    return max(1, span - min(max(0, pads ?? 0), span))
  }

  /// Rank and extents as far as types and weights say.
  private func template(_ value: ValueID, _ region: Region) -> [Int?] {
    let fixed = constraints(value, region)
    if let dimensions = types[value]?.dimensions {
      return dimensions.enumerated().map { axis, dimension in fixed[axis] ?? dimension.value }
    }
    let rank = max(guessedRank(value, region), (fixed.keys.max() ?? -1) + 1)
    return (0..<rank).map { fixed[$0] }
  }

  private func guessedRank(_ value: ValueID, _ region: Region) -> Int {
    var guess = 4
    for id in region.originalNodes {
      let node = model[id]
      switch node.opType {
      case "Conv", "ConvTranspose":
        if let shape = node.input(1).flatMap({ resolver.shape($0) }) { return shape.count }
      case "Gemm", "MatMul": guess = 2
      default: break
      }
    }
    return guess
  }

  /// Extents that the nodes reading a value directly ask for, by axis.
  private func constraints(_ value: ValueID, _ region: Region) -> [Int: Int] {
    let rank = types[value]?.dimensions?.count ?? guessedRank(value, region)
    var result: [Int: Int] = [:]
    for id in region.originalNodes {
      let node = model[id]
      guard let position = node.inputs.firstIndex(of: value), node.domain.isEmpty else { continue }
      func shape(_ input: Int) -> [Int]? { node.input(input).flatMap { resolver.shape($0) } }
      switch node.opType {
      case "Conv" where position == 0:
        var groups = 1
        if case .int(let group)? = node.attribute("group") { groups = Int(clamping: group) }
        if let weight = shape(1), weight.count > 1 { result[1] = weight[1] * max(1, groups) }
      case "ConvTranspose" where position == 0:
        if let weight = shape(1), !weight.isEmpty { result[1] = weight[0] }
      case "BatchNormalization", "InstanceNormalization":
        if rank > 1, let gamma = shape(1), gamma.count == 1 { result[1] = gamma[0] }
      case "MatMul":
        guard let weight = shape(1 - position), weight.count == 2, rank > 0 else { continue }
        if position == 0 {
          result[rank - 1] = weight[0]
        } else if rank > 1 {
          result[rank - 2] = weight[1]
        }
      case "Gemm" where position < 2:
        guard let weight = shape(1 - position), weight.count == 2 else { continue }
        func flag(_ name: String) -> Bool {
          if case .int(let value)? = node.attribute(name) { value != 0 } else { false }
        }
        if position == 0 {
          result[flag("transA") ? 0 : 1] = weight[flag("transB") ? 1 : 0]
        } else {
          result[flag("transB") ? 1 : 0] = weight[flag("transA") ? 0 : 1]
        }
      case "Add", "Sub", "Mul", "Div", "Sum":
        for other in node.inputs.compactMap({ $0 }) where constants.contains(other) {
          guard let shape = resolver.shape(other) else { continue }
          for (offset, extent) in shape.reversed().enumerated() where extent != 1 {
            if rank - 1 - offset >= 0 { result[rank - 1 - offset] = extent }
          }
        }
      default: break
      }
    }
    return result
  }
}
