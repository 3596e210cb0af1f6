internal import ModelIR

/// A weight of one of two layers in a row, read as [outputs, inputs/groups, taps].
struct ProductFactor {
  let numbers: [Double]
  private let magnitudes: [Double]
  let outputs: Int
  /// Of all groups.
  let inputs: Int
  /// Inputs that one output sees.
  let members: Int
  let taps: Int
  private let isTransposed: Bool
  private let outputsOfGroup: Int

  init(_ factor: FoldClaim.Product.Factor, _ recomputation: ClaimRecomputation) throws {
    let extents = factor.shape.dimensions
    guard extents.count >= 2, factor.shape.elementCount > 0, factor.groups > 0,
      !factor.isTransposed || extents.count == 2 && factor.groups == 1,
      extents[0] % factor.groups == 0,
      case let (inputs, overflow) = extents[1].multipliedReportingOverflow(by: factor.groups),
      !overflow
    else { throw RecomputedAffine.Problem(reason: "a factor of shape \(factor.shape)") }
    let result = try recomputation.part(factor).run()
    (numbers, magnitudes) = (result.numbers, result.magnitudes)
    isTransposed = factor.isTransposed
    outputs = isTransposed ? extents[1] : extents[0]
    self.inputs = isTransposed ? extents[0] : inputs
    members = isTransposed ? extents[0] : extents[1]
    taps = extents.dropFirst(2).reduce(1, *)
    outputsOfGroup = outputs / factor.groups
  }

  /// Where an element lies.
  func place(_ output: Int, _ member: Int, _ tap: Int) -> Int {
    isTransposed ? member * outputs + output : (output * members + member) * taps + tap
  }

  /// The input that is an output's member.
  func input(_ member: Int, of output: Int) -> Int { output / outputsOfGroup * members + member }

  /// An element's magnitude, or that of its summands.
  func size(_ place: Int) -> Double {
    magnitudes.isEmpty ? numbers[place].magnitude : magnitudes[place]
  }
}
