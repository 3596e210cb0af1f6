import ModelIR

/// Recomputes what claims say by the formulas of `FoldClaim`, as plainly as can be.
struct ClaimCheck {
  let original: Model
  let claim: FoldClaim
  let shape: [Int]

  /// The largest difference from what the folded model holds before rounding, relative to the
  /// largest number.
  static func distance(_ original: Model, _ folded: Model, _ claim: FoldClaim) throws -> Double {
    guard var tensor = folded[claim.target].initializer else { return .infinity }
    tensor.dataType = .float64
    let check = ClaimCheck(original: original, claim: claim, shape: tensor.shape.dimensions)
    let expected = try check.numbers()
    return Reference(check.shape, try tensor.doubles()).distance(to: expected)
  }

  func numbers() throws -> Reference {
    guard claim.branches.isEmpty else { return try merged() }
    return try applied(to: nil)
  }

  /// Each branch's own tensor, put where it lies in the whole.
  private func merged() throws -> Reference {
    var result = Reference(shape) { _ in 0 }
    for branch in claim.branches {
      let own = ClaimCheck(
        original: original, claim: branch.claim, shape: branch.shape.dimensions)
      let part = try own.applied(to: own.base(branch.kernel))
      for element in part.values.indices {
        let at = part.coordinates(element)
        let place =
          branch.placement.isEmpty
          ? at : at.indices.map { branch.placement[$0] + at[$0] * branch.spacing[$0] }
        let index = zip(place, result.strides).reduce(0) { $0 + $1.0 * $1.1 }
        result.values[index] += branch.sign * part.values[element]
      }
    }
    return result
  }

  /// What a branch's kernel is before its steps; nil for the claim's own source.
  private func base(_ kernel: FoldClaim.Branch.Kernel) throws -> Reference? {
    func diagonal(_ number: Double) -> Reference {
      Reference(shape) { element in
        let at = Reference(shape) { _ in 0 }.coordinates(element)
        return at[0] % shape[1] == at[1] ? number : 0
      }
    }
    switch kernel {
    case .stored: return nil
    case .identity: return diagonal(1)
    case .average: return diagonal(1 / Double(shape.dropFirst(2).reduce(1, *)))
    case .product(let product): return try self.product(product)
    }
  }

  /// Element by element: Σ over all channels between, with zeros where groups keep two apart.
  private func product(_ product: FoldClaim.Product) throws -> Reference {
    let parts = try [product.first, product.second].map { factor in
      try ClaimCheck(original: original, claim: factor.claim, shape: factor.shape.dimensions)
        .numbers()
    }
    let extents = [product.first, product.second].map {
      $0.isTransposed ? $0.shape.dimensions.reversed() : $0.shape.dimensions
    }
    func element(_ part: Int, _ output: Int, _ input: Int, _ taps: [Int]) -> Double {
      let factor = part == 0 ? product.first : product.second
      let group = output / (extents[part][0] / factor.groups)
      let member = input - group * extents[part][1]
      guard (0..<extents[part][1]).contains(member) else { return 0 }
      let own = extents[part].dropFirst(2).allSatisfy { $0 == 1 } ? taps.map { _ in 0 } : taps
      let at = (factor.isTransposed ? [member, output] : [output, member]) + own
      return parts[part].values[zip(at, parts[part].strides).reduce(0) { $0 + $1.0 * $1.1 }]
    }
    let grid = Reference(shape) { _ in 0 }
    if case .bias = claim.role {
      return Reference(shape) { o in
        let taps = extents[1].dropFirst(2).reduce(1, *)
        let every = Reference([1, 1] + extents[1].dropFirst(2)) { _ in 0 }
        return parts[0].values.indices.reduce(0.0) { sum, m in
          (0..<taps).reduce(sum) {
            let tap = Array(every.coordinates($1).dropFirst(2))
            return $0 + element(1, o, m, tap) * parts[0].values[m]
          }
        }
      }
    }
    return Reference(shape) { index in
      var at = grid.coordinates(index)
      if product.isTransposed { at.swapAt(0, 1) }
      let taps = Array(at.dropFirst(2))
      let members = shape[product.isTransposed ? 0 : 1]
      let outputs = shape[product.isTransposed ? 1 : 0]
      let input = at[0] / (outputs / product.groups) * members + at[1]
      return (0..<extents[0][0]).reduce(0.0) {
        $0 + element(1, at[0], $1, taps) * element(0, $1, input, taps)
      }
    }
  }

  private func applied(to base: Reference?) throws -> Reference {
    let grid = Reference(shape) { _ in 0 }
    let source = try claim.source.map { try constant($0) }
    var result =
      base
      ?? Reference(shape) { element in
        (source.map { $0.broadcast(at: grid.coordinates(element)) } ?? 0) * claim.sourceScale
      }
    for (position, step) in claim.steps.enumerated() {
      let affine = try composed(step.affine)
      switch (claim.role, step.side) {
      case (.shiftBeforeScale, _):
        result = Reference(shape) { element in
          let at = grid.coordinates(element)
          return shift(affine, step, step.index, at: at) / scale(affine, step, step.index, at: at)
        }
      case (.quantizationScale, _):
        result = Reference(shape) { element in
          let a = scale(affine, step, step.index, at: grid.coordinates(element))
          return result.values[element] * (a == 0 ? 1 : abs(a))
        }
      case (.quantized(let zeroPoint), _):
        let zeros = try zeroPoint.map { try constant($0).values } ?? [0]
        result = Reference(shape) { element in
          let at = grid.coordinates(element)
          let zero = zeros.count == 1 ? zeros[0] : zeros[step.index.channel(at: at)]
          let a = scale(affine, step, step.index, at: at)
          return zero + (a > 0 ? 1 : a < 0 ? -1 : 0) * (result.values[element] - zero)
        }
      case (.weight, _):
        result = Reference(shape) { element in
          result.values[element] * scale(affine, step, step.index, at: grid.coordinates(element))
        }
      case (.bias, .output):
        result = Reference(shape) { element in
          let at = grid.coordinates(element)
          let shift = step.addsShift ? shift(affine, step, step.index, at: at) : 0
          return result.values[element] * scale(affine, step, step.index, at: at) + shift
        }
      case (.bias(let weight), .input):
        let sums = try sums(weight, step, affine, before: position)
        result = Reference(shape) { element in
          let o = claim.biasOutput?.channel(at: grid.coordinates(element)) ?? 0
          return result.values[element] + claim.weightScale * (sums[o] ?? 0)
        }
      }
    }
    return result
  }

  private func sums(
    _ weight: ValueID?, _ step: FoldClaim.Step, _ affine: [(Double, Double)], before: Int
  ) throws -> [Int: Double] {
    guard let weight, let output = claim.weightOutput, step.addsShift else { return [:] }
    let tensor = try constant(weight)
    var sums: [Int: Double] = [:]
    for element in tensor.values.indices {
      let at = tensor.coordinates(element)
      var number = tensor.values[element]
      for earlier in claim.steps[..<before] {
        let index = earlier.side == .output ? output : earlier.index
        number *= scale(try composed(earlier.affine), earlier, index, at: at)
      }
      sums[output.channel(at: at), default: 0] += number * shift(affine, step, step.index, at: at)
    }
    return sums
  }

  private func channel(_ step: FoldClaim.Step, _ index: ChannelIndex, _ at: [Int]) -> Int {
    let own = index.channel(at: at)
    return step.channelMap?[own] ?? own
  }

  private func scale(
    _ affine: [(Double, Double)], _ step: FoldClaim.Step, _ index: ChannelIndex, at: [Int]
  ) -> Double {
    let c = channel(step, index, at)
    return c < 0 ? 1 : affine[affine.count == 1 ? 0 : c].0
  }

  private func shift(
    _ affine: [(Double, Double)], _ step: FoldClaim.Step, _ index: ChannelIndex, at: [Int]
  ) -> Double {
    let c = channel(step, index, at)
    return c < 0 ? 0 : affine[affine.count == 1 ? 0 : c].1
  }

  // MARK: Affines of the original

  private func composed(_ nodes: [NodeID]) throws -> [(Double, Double)] {
    var result: [(Double, Double)] = [(1, 0)]
    for node in nodes {
      let next = try affine(original[node])
      let count = max(result.count, next.count)
      result = (0..<count).map { c in
        let (a, t) = result[result.count == 1 ? 0 : c]
        let (b, s) = next[next.count == 1 ? 0 : c]
        return (a * b, t * b + s)
      }
    }
    return result
  }

  private func affine(_ node: Node) throws -> [(Double, Double)] {
    if node.opType == "BatchNormalization" {
      let p = try (1...4).map { try constant(node.inputs[$0] ?? ValueID(0)).values }
      var epsilon = Double(Float(1e-5))
      if case .float(let stated) = node.attribute("epsilon") { epsilon = Double(stated) }
      return p[0].indices.map { c in
        let scale = p[0][c] / (p[3][c] + epsilon).squareRoot()
        return (scale, p[1][c] - scale * p[2][c])
      }
    }
    if node.opType == "Neg" { return [(-1, 0)] }
    let inputs = node.inputs.compactMap { $0 }
    let first = try? constant(inputs[0])
    let numbers = try first?.values ?? constant(inputs[1]).values
    return numbers.map { c in
      switch node.opType {
      case "Mul": (c, 0)
      case "Div": (1 / c, 0)
      case "Add": (1, c)
      default: first == nil ? (1, -c) : (-1, c)
      }
    }
  }

  struct NotConstant: Error {}

  private func constant(_ value: ValueID) throws -> Reference {
    if let tensor = original[value].initializer {
      return Reference(tensor.shape.dimensions, try tensor.doubles())
    }
    guard let maker = original.producer(of: value) else { throw NotConstant() }
    let node = original[maker]
    let inputs = try node.inputs.map { try $0.map { try constant($0) } }
    if node.opType == "DequantizeLinear" { return dequantized(node, inputs) }
    return try ReferenceOperators(node, inputs, opset: 17).outputs()[0]
  }
  /// (q − z)·s in Float, as the weight's readers get it.
  private func dequantized(_ node: Node, _ inputs: [Reference?]) -> Reference {
    guard let q = inputs[0], let s = inputs[1] else { return Reference([], [.nan]) }
    let zeros = inputs.count > 2 ? inputs[2]?.values : nil
    var axis = 1
    if case .int(let stated)? = node.attribute("axis") { axis = Int(stated) }
    return Reference(q.shape) { element in
      let entry = s.values.count == 1 ? 0 : q.coordinates(element)[axis]
      return Double(Float((q.values[element] - (zeros?[entry] ?? 0)) * s.values[entry]))
    }
  }
}
