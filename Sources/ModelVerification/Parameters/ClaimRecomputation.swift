internal import GraphEvaluation
internal import ModelIR

/// Recomputes what a claim says, in Double, from the parameters of the original.
///
/// Formulas: those of `FoldClaim`. Weights are multiplied in Double, sums over weights are kept in
/// two Doubles, so the error of the result is far below the one rounding it is compared with.
struct ClaimRecomputation {
  /// The numbers that the target should hold before rounding.
  struct Result {
    var numbers: [Double]
    /// For biases the sum of the magnitudes of which each is the sum; empty for weights.
    var magnitudes: [Double]
  }

  let model: Model
  let resolver: ConstantResolver
  let affines: AffineReader
  let claim: FoldClaim
  let shape: TensorShape
  /// What a branch's kernel is made from.
  var kernel = FoldClaim.Branch.Kernel.stored

  /// Errors: `RecomputedAffine.Problem` when the claim cannot be recomputed as it is stated.
  func run() throws -> Result {
    guard claim.branches.isEmpty else { return try merged() }
    switch claim.role {
    case .weight: return try weight()
    case .bias(let weight): return try bias(weight)
    case .quantizationScale: return try weight()
    case .shiftBeforeScale: return try shiftBeforeScale()
    case .quantized(let zeroPoint): return try quantized(zeroPoint)
    }
  }

  // MARK: Branches

  /// The sum of what the branches' own claims make, each in its place.
  private func merged() throws -> Result {
    var sums = [DoubleDouble](repeating: DoubleDouble(0), count: shape.elementCount)
    var magnitudes = [Double](repeating: 0, count: shape.elementCount)
    for branch in claim.branches {
      let part = ClaimRecomputation(
        model: model, resolver: resolver, affines: affines, claim: branch.claim,
        shape: branch.shape, kernel: branch.kernel)
      let own = try part.run()
      let places = try places(of: branch, count: own.numbers.count)
      guard places.allSatisfy(sums.indices.contains) else {
        throw RecomputedAffine.Problem(reason: "a branch of shape \(branch.shape) in \(shape)")
      }
      for (element, number) in own.numbers.enumerated() where number != 0 || isBias {
        let place = places[element]
        sums[place] = sums[place] + DoubleDouble(number * branch.sign)
        magnitudes[place] +=
          own.magnitudes.isEmpty ? number.magnitude : own.magnitudes[element]
      }
    }
    return Result(numbers: sums.map(\.value), magnitudes: magnitudes)
  }

  private var isBias: Bool { if case .bias = claim.role { true } else { false } }

  /// Where each of a branch's elements lies in the whole.
  private func places(of branch: FoldClaim.Branch, count: Int) throws -> [Int] {
    guard !branch.placement.isEmpty else { return Array(0..<count) }
    let (own, whole) = (branch.shape, shape)
    let problem = RecomputedAffine.Problem(reason: "a branch of shape \(own) in \(whole)")
    guard own.rank == whole.rank, own.elementCount == count,
      branch.placement.count == own.rank, branch.spacing.count == own.rank
    else { throw problem }
    let strides = whole.strides
    var places = [0]
    for axis in 0..<own.rank {
      let along = try (0..<own.dimensions[axis]).map { coordinate in
        let position = branch.placement[axis] + coordinate * branch.spacing[axis]
        guard position >= 0, position < whole.dimensions[axis] else { throw problem }
        return position * strides[axis]
      }
      places = places.flatMap { place in along.map { place + $0 } }
    }
    return places
  }

  /// Ones, or their mean over the taps, where an output channel meets the input channel of its
  /// number.
  private func diagonal() -> [Double] {
    let (rows, members) = (shape.dimensions[0], max(1, shape.dimensions[1]))
    let taps = shape.elementCount / max(1, rows * members)
    let number = kernel == .average ? 1 / Double(taps) : 1
    var numbers = [Double](repeating: 0, count: shape.elementCount)
    for row in 0..<rows {
      let start = (row * members + row % members) * taps
      for tap in 0..<taps { numbers[start + tap] = number }
    }
    return numbers
  }

  // MARK: Weights

  private func weight() throws -> Result {
    var numbers: [Double]
    if kernel != .stored, shape.rank > 2 {
      numbers = diagonal()
    } else {
      guard let source = claim.source, let tensor = try resolver.value(source) else {
        throw RecomputedAffine.Problem(reason: "its source is no constant of the original")
      }
      numbers = try broadcast(tensor, to: shape)
    }
    for step in claim.steps {
      try multiply(&numbers, by: step, shape: shape)
    }
    return Result(numbers: numbers, magnitudes: [])
  }

  private func multiply(
    _ numbers: inout [Double], by step: FoldClaim.Step, shape: TensorShape
  ) throws {
    let affine = try affines.affine(of: step.affine)
    let channels = try channels(step.index, shape)
    let count = shape.elementCount
    var start = 0
    while start < count {
      let end = min(start + channels.runLength, count)
      if let channel = try mapped(channels.channel(start), step, affine) {
        var factor = affine.scale[channel].value
        // The sign goes into the whole numbers, zeros too.
        if claim.role == .quantizationScale { factor = factor == 0 ? 1 : factor.magnitude }
        for element in start..<end { numbers[element] *= factor }
      }
      start = end
    }
  }

  // MARK: Half folds

  /// shift ÷ scale of the one step.
  private func shiftBeforeScale() throws -> Result {
    guard claim.steps.count == 1, claim.source == nil else {
      throw RecomputedAffine.Problem(reason: "it is made of several affines")
    }
    let step = claim.steps[0]
    let affine = try affines.affine(of: step.affine)
    let channels = try channels(step.index, shape)
    var result = Result(
      numbers: [Double](repeating: 0, count: shape.elementCount),
      magnitudes: [Double](repeating: 0, count: shape.elementCount))
    for element in result.numbers.indices {
      guard let channel = try mapped(channels.channel(element), step, affine) else { continue }
      let scale = affine.scale[channel]
      result.numbers[element] = (affine.shift[channel] / scale).value
      result.magnitudes[element] = affine.shiftMagnitude[channel] / scale.high.magnitude
    }
    return result
  }

  // MARK: Quantized weights

  /// q ← z + sign·(q − z) for every step; whole numbers, so that nothing is rounded.
  private func quantized(_ zeroPoint: ValueID?) throws -> Result {
    guard let source = claim.source, let tensor = try resolver.value(source) else {
      throw RecomputedAffine.Problem(reason: "its source is no constant of the original")
    }
    var zeros = [0.0]
    if let zeroPoint {
      guard let tensor = try resolver.value(zeroPoint) else {
        throw RecomputedAffine.Problem(reason: "its zero point is no constant of the original")
      }
      zeros = tensor.doubles()
      if zeros.allSatisfy({ $0 == zeros[0] }) { zeros = [zeros[0]] }
    }
    var numbers = try broadcast(tensor, to: shape)
    for step in claim.steps {
      let affine = try affines.affine(of: step.affine)
      let channels = try channels(step.index, shape)
      for element in numbers.indices {
        let own = channels.channel(element)
        guard let channel = try mapped(own, step, affine) else { continue }
        guard zeros.count == 1 || zeros.indices.contains(own) else {
          throw RecomputedAffine.Problem(reason: "\(zeros.count) zero points, channel \(own)")
        }
        let scale = affine.scale[channel].value
        let sign: Double = scale > 0 ? 1 : scale < 0 ? -1 : 0
        let zero = zeros.count == 1 ? zeros[0] : zeros[own]
        numbers[element] = zero + sign * (numbers[element] - zero)
      }
    }
    return Result(numbers: numbers, magnitudes: [])
  }

  // MARK: Biases

  private func bias(_ weight: ValueID?) throws -> Result {
    var sums = [DoubleDouble](repeating: DoubleDouble(0), count: shape.elementCount)
    var magnitudes = [Double](repeating: 0, count: shape.elementCount)
    if let source = claim.source {
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
      try multiply(&numbers, by: earlier, shape: weightShape)
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

  // MARK: Parts

  private func channels(_ index: ChannelIndex, _ shape: TensorShape) throws -> ElementChannels {
    guard let channels = ElementChannels(index, shape: shape) else {
      throw RecomputedAffine.Problem(reason: "shape \(shape) has no axis \(index.memberAxis)")
    }
    return channels
  }

  /// The affine's channel for a channel of the linear node; nil where it does not act.
  private func mapped(
    _ channel: Int, _ step: FoldClaim.Step, _ affine: RecomputedAffine
  ) throws -> Int? {
    var channel = channel
    if let map = step.channelMap {
      guard map.indices.contains(channel) else {
        throw RecomputedAffine.Problem(reason: "the channel map has no entry \(channel)")
      }
      channel = map[channel]
      if channel < 0 { return nil }
    }
    if affine.scale.count == 1 { return 0 }
    guard affine.scale.indices.contains(channel) else {
      throw RecomputedAffine.Problem(
        reason: "channel \(channel) of an affine of \(affine.scale.count) channels")
    }
    return channel
  }

  /// Elements repeated by right alignment.
  private func broadcast(_ tensor: RuntimeTensor, to shape: TensorShape) throws -> [Double] {
    let numbers = tensor.doubles()
    if tensor.shape == shape.dimensions || numbers.count == shape.elementCount { return numbers }
    guard let result = Broadcast.expand(numbers, tensor.shape, to: shape.dimensions) else {
      throw RecomputedAffine.Problem(reason: "shape \(tensor.shape) does not fit \(shape)")
    }
    return result
  }
}
