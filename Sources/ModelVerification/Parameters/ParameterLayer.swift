internal import GraphEvaluation
internal import ModelIR

/// Layer 1: every claimed tensor against the bytes in the written file.
///
/// Bounds: a weight of a fold is within ½ ulp·(1 + 2⁻²⁰) of the recomputed number (rounded once), a
/// bias, or a product of weights, within ½ ulp + 2⁻⁵⁰·(sum of its summands' magnitudes). For Double models and for models that
/// another program made, 4 ulp stand in place of ½ (a factor in Double has roundings of its own),
/// and another program's bias may be off by as much as its summands' roundings.
struct ParameterLayer {
  let original: Model
  let written: Model
  let originalConstants: ConstantSet
  let resolver: ConstantResolver
  let writtenResolver: ConstantResolver

  /// What became of one claim.
  enum Result {
    case checked(ParameterCheck, VerificationFailure?)
    case notCovered(CoverageGap)
  }

  /// Recomputes a claim and compares it.
  func check(_ resolved: ResolvedClaim) throws -> Result {
    func gap(_ reason: String) -> Result {
      .notCovered(
        CoverageGap(
          layer: .parameters, graph: resolved.graph, subject: resolved.name, reason: reason))
    }
    guard let tensor = writtenResolver.storedTensor(resolved.target) else {
      return gap("is no stored tensor")
    }
    // Whole numbers are equal or they are not.
    let rounding = resolved.isQuantized ? 0 : tensor.dataType.unitRoundoff
    let spacing = resolved.isQuantized ? DataType.float32.spacing : tensor.dataType.spacing
    guard let rounding, let spacing else {
      return gap("has type \(tensor.dataType.name)")
    }
    if let problem = try typeProblem(resolved, tensor) {
      let failure = VerificationFailure(
        layer: .parameters, graph: resolved.graph, subject: resolved.name, message: problem)
      return .checked(record(resolved, 0, .infinity, .infinity), failure)
    }
    let recomputation = ClaimRecomputation(
      model: original, resolver: resolver,
      affines: AffineReader(model: original, constants: originalConstants, resolver: resolver),
      claim: resolved.claim, shape: tensor.shape)
    do {
      return try compare(resolved, tensor, recomputation, rounding, spacing)
    } catch let problem as RecomputedAffine.Problem {
      return gap(problem.reason)
    }
  }

  // MARK: Parts

  private func typeProblem(_ resolved: ResolvedClaim, _ tensor: Tensor) throws -> String? {
    switch resolved.claim.role {
    case .bias, .shiftBeforeScale: return nil
    case .weight, .quantizationScale, .quantized: break
    }
    guard let source = resolved.claim.source else { return nil }
    let (type, shape): (DataType, [Int])
    if let stored = resolver.storedTensor(source) {
      (type, shape) = (stored.dataType, stored.shape.dimensions)
    } else if let computed = try resolver.value(source) {
      (type, shape) = (computed.dataType, computed.shape)
    } else {
      return nil
    }
    if type != tensor.dataType {
      return "has type \(tensor.dataType.name) instead of \(type.name)"
    }
    guard
      Broadcast.shape(shape, tensor.shape.dimensions) != nil
        || shape.reduce(1, *) == tensor.shape.elementCount
    else { return "has shape \(tensor.shape) instead of \(shape)" }
    return nil
  }

  /// Elements that are compared at once; if some are beyond their bounds, one by one.
  private static let block = 4096

  private func compare(
    _ resolved: ResolvedClaim, _ tensor: Tensor, _ recomputation: ClaimRecomputation,
    _ rounding: Double, _ spacing: NumberSpacing
  ) throws -> Result {
    let isExact = resolved.isClaimed && tensor.dataType != .float64
    let ulps: Double =
      resolved.isQuantized
      ? 0 : isExact ? 0.5 * (1 + 0x1p-20) : 4 + Double(resolved.claim.steps.count)
    let summand = resolved.isClaimed ? 0x1p-50 : 8 * rounding
    var comparison = ElementComparison()
    var worstULP = 0.0
    let written = try DoubleElements(tensor)
    try recomputation.forEachPiece { expected, piece in
      let (numbers, magnitudes) = (expected.numbers, expected.magnitudes)
      let found = try written.numbers(piece)
      for start in stride(from: 0, to: found.count, by: Self.block) {
        let range = start..<min(start + Self.block, found.count)
        if magnitudes.isEmpty {
          let totals = LimitTotals(
            found: found, expected: numbers, factor: ulps * spacing.relative,
            smallest: spacing.smallestNormal, in: range)
          if totals.isPlain {
            comparison.add(ratio: totals.worstRatio)
            worstULP = max(worstULP, totals.worstRatio * ulps)
            continue
          }
        }
        for element in range {
          let number = numbers[element]
          let ulp = spacing.at(number)
          let magnitude = magnitudes.isEmpty ? 0 : magnitudes[element]
          let bound = ulps * ulp + summand * magnitude
          comparison.add(
            piece.lowerBound + element, found: found[element], expected: number, bound: bound)
          worstULP = max(worstULP, (found[element] - number).magnitude / ulp)
        }
      }
    }
    let check = record(
      resolved, tensor.shape.elementCount, worstULP, comparison.worstRatio)
    guard let difference = comparison.difference(shape: tensor.shape.dimensions) else {
      return .checked(check, nil)
    }
    let failure = VerificationFailure(
      layer: .parameters, graph: resolved.graph, subject: resolved.name,
      message: "is not what \(check.linearNode) and the folded operators make",
      element: difference)
    return .checked(check, failure)
  }

  private func record(
    _ resolved: ResolvedClaim, _ elements: Int, _ worstULP: Double, _ worstRatio: Double
  ) -> ParameterCheck {
    let node = resolved.claim.linearNode
    return ParameterCheck(
      graph: resolved.graph, target: resolved.name,
      linearNode: original.contains(node) ? NodeLabel.text(original[node], in: original) : "?",
      elements: elements, worstULP: worstULP, worstRatio: worstRatio,
      isClaimed: resolved.isClaimed)
  }
}
