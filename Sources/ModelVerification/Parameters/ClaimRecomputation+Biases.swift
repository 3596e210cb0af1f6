internal import GraphEvaluation
internal import ModelIR

/// Biases: sums of scaled numbers and shifts, kept in two Doubles.
extension ClaimRecomputation {
  func bias(_ weight: ValueID?) throws -> Result {
    var sums = [DoubleDouble](repeating: DoubleDouble(0), count: shape.elementCount)
    var magnitudes = [Double](repeating: 0, count: shape.elementCount)
    if case .product(let product) = kernel {
      let result = try shifted(product)
      sums = result.numbers.map { DoubleDouble($0) }
      magnitudes = result.magnitudes
    } else if let source = claim.source {
      guard let tensor = try resolver.value(source) else {
        throw RecomputedAffine.Problem(reason: "its source is no constant of the original")
      }
      for (element, number) in try broadcast(tensor, to: shape).enumerated() {
        sums[element] = DoubleDouble(number) * DoubleDouble(claim.sourceScale)
        magnitudes[element] = sums[element].high.magnitude
      }
    }
    for (position, step) in claim.steps.enumerated() {
      let affine = try affines.affine(of: step.affine)
      switch step.side {
      case .output:
        let channels = try channels(step.index, shape)
        for element in sums.indices {
          guard let channel = try mapped(channels.channel(element), step, affine) else { continue }
          let scale = affine.scale[channel]
          sums[element] = sums[element] * scale
          magnitudes[element] *= scale.high.magnitude
          guard step.addsShift else { continue }
          sums[element] = sums[element] + affine.shift[channel]
          magnitudes[element] += affine.shiftMagnitude[channel]
        }
      case .input where step.addsShift:
        try addInputShift(step, affine, weight, before: position, &sums, &magnitudes)
      case .input: break
      }
    }
    return Result(numbers: sums.map(\.value), magnitudes: magnitudes)
  }

  /// b[o] += weightScale · Σ over the weight's elements of output channel o: W·shift.
  private func addInputShift(
    _ step: FoldClaim.Step, _ affine: RecomputedAffine, _ weight: ValueID?, before position: Int,
    _ sums: inout [DoubleDouble], _ magnitudes: inout [Double]
  ) throws {
    guard let weight, let tensor = try resolver.value(weight),
      let weightShape = TensorShape(tensor.shape), let output = claim.weightOutput
    else {
      throw RecomputedAffine.Problem(reason: "the weight it sums over is no constant")
    }
    var numbers = tensor.doubles()
    for earlier in claim.steps[..<position] {
      var earlier = earlier
      // An output step's index is about the bias; on the weight it acts where the weight adds.
      if earlier.side == .output { earlier.index = output }
      try multiply(&numbers, by: factors(of: earlier, weightShape))
    }
    let outputs = try channels(output, weightShape)
    let inputs = try channels(step.index, weightShape)
    let count = output.channelCount(in: weightShape)
    var totals = [DoubleDouble](repeating: DoubleDouble(0), count: count)
    var sizes = [Double](repeating: 0, count: count)
    for element in numbers.indices {
      guard let channel = try mapped(inputs.channel(element), step, affine) else { continue }
      let o = outputs.channel(element)
      let term = DoubleDouble(numbers[element]) * affine.shift[channel]
      totals[o] = totals[o] + term
      sizes[o] += numbers[element].magnitude * affine.shiftMagnitude[channel]
    }
    let place = try biasChannels(count)
    for element in sums.indices {
      let o = place(element)
      sums[element] = sums[element] + totals[o] * DoubleDouble(claim.weightScale)
      magnitudes[element] += sizes[o] * claim.weightScale.magnitude
    }
  }

  /// The output channel that an element of the bias belongs to: as the claim says, else along the
  /// bias's last axis of that extent (Gemm's C is [M, N]).
  private func biasChannels(_ count: Int) throws -> (Int) -> Int {
    if let index = claim.biasOutput {
      let channels = try channels(index, shape)
      guard index.channelCount(in: shape) == count else {
        throw RecomputedAffine.Problem(
          reason: "a bias of shape \(shape) has not \(count) channels")
      }
      return { channels.channel($0) }
    }
    guard count > 1 else { return { _ in 0 } }
    guard let axis = shape.dimensions.lastIndex(of: count) else {
      throw RecomputedAffine.Problem(
        reason: "a bias of shape \(shape) has no axis of \(count) channels")
    }
    let stride = shape.strides[axis]
    return { $0 / stride % count }
  }
}
