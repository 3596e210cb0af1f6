internal import GraphEvaluation
internal import ModelIR

/// Parameters of a layer that stands for two in a row.
///
/// Accuracy: sums of n products, each within n·2⁻⁵³ of the sum of their magnitudes; so is the
/// planner's. The magnitudes are stated so many times as make both errors a part of 2⁻⁵⁰ of them.
extension ClaimRecomputation {
  /// W′[o, j, k] = Σ over m  W₂[o, m, k₂]·W₁[m, j, k₁].
  func multiplied(_ product: FoldClaim.Product) throws -> Result {
    let (inner, outer) = (
      try ProductFactor(product.first, self), try ProductFactor(product.second, self)
    )
    let inputs = inner.inputs / max(1, product.groups)
    let taps = max(inner.taps, outer.taps)
    guard inner.outputs == outer.inputs, min(inner.taps, outer.taps) == 1,
      inner.inputs % product.groups == 0, outer.outputs % product.groups == 0,
      shape.elementCount == outer.outputs * inputs * taps
    else { throw problem(product) }
    let rows = outer.outputs / product.groups
    var numbers = [Double](repeating: 0, count: shape.elementCount)
    var magnitudes = numbers
    let share = Self.share(outer.members)
    for output in 0..<outer.outputs {
      let offset = output / rows * inputs
      for member in 0..<outer.members {
        let middle = outer.input(member, of: output)
        let first = inner.input(0, of: middle) - offset
        guard first >= 0, first + inner.members <= inputs else { throw problem(product) }
        for outerTap in 0..<outer.taps {
          let factor = outer.numbers[outer.place(output, member, outerTap)]
          let size = outer.size(outer.place(output, member, outerTap)) * share
          for input in 0..<inner.members {
            for innerTap in 0..<inner.taps {
              let from = inner.place(middle, input, innerTap)
              let to = (output * inputs + first + input) * taps + max(innerTap, outerTap)
              numbers[to] += factor * inner.numbers[from]
              magnitudes[to] += size * inner.size(from)
            }
          }
        }
      }
    }
    guard product.isTransposed else { return Result(numbers: numbers, magnitudes: magnitudes) }
    func transposed(_ old: [Double]) -> [Double] {
      (0..<old.count).map { old[$0 % outer.outputs * inputs + $0 / outer.outputs] }
    }
    return Result(numbers: transposed(numbers), magnitudes: transposed(magnitudes))
  }

  /// b′[o] = Σ over m, k  W₂[o, m, k]·b₁[m].
  func shifted(_ product: FoldClaim.Product) throws -> Result {
    let bias = try part(product.first).run()
    let outer = try ProductFactor(product.second, self)
    guard bias.numbers.count == outer.inputs, shape.elementCount == outer.outputs else {
      throw problem(product)
    }
    var result = Result(numbers: [], magnitudes: [])
    let share = Self.share(outer.members * outer.taps)
    for output in 0..<outer.outputs {
      var sum = DoubleDouble(0)
      var size = 0.0
      for member in 0..<outer.members {
        let middle = outer.input(member, of: output)
        for tap in 0..<outer.taps {
          let place = outer.place(output, member, tap)
          sum = sum + DoubleDouble(outer.numbers[place]) * DoubleDouble(bias.numbers[middle])
          size +=
            outer.size(place)
            * (bias.magnitudes.isEmpty ? bias.numbers[middle].magnitude : bias.magnitudes[middle])
        }
      }
      result.numbers.append(sum.value)
      result.magnitudes.append(size * share)
    }
    return result
  }

  /// A factor, recomputed as its own claim says.
  func part(_ factor: FoldClaim.Product.Factor) -> ClaimRecomputation {
    ClaimRecomputation(
      model: model, resolver: resolver, affines: affines, claim: factor.claim, shape: factor.shape)
  }

  /// 2⁻⁵⁰ of so many times the magnitudes holds two sums' errors, and those of their factors.
  private static func share(_ summands: Int) -> Double { 1 + Double(summands) / 4 }

  private func problem(_ product: FoldClaim.Product) -> RecomputedAffine.Problem {
    RecomputedAffine.Problem(
      reason: "shapes \(product.first.shape) and \(product.second.shape) do not make \(shape)")
  }
}
