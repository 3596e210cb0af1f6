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
    /// Where numbers are sums, the sum of the magnitudes of the summands; else empty.
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

  /// Hands out the numbers of `run` in pieces, in order; a stored weight's are never in memory
  /// together.
  func forEachPiece(_ body: (Result, Range<Int>) throws -> Void) throws {
    guard let source = storedWeight else { return try body(run(), 0..<shape.elementCount) }
    let elements = try DoubleElements(source)
    let steps = try claim.steps.map { try factors(of: $0, shape) }
    for start in stride(from: 0, to: elements.count, by: Self.piece) {
      let range = start..<min(start + Self.piece, elements.count)
      var numbers = try elements.numbers(range)
      for factors in steps { try multiply(&numbers, by: factors, from: start) }
      try body(Result(numbers: numbers, magnitudes: []), range)
    }
  }

  // MARK: Weights

  /// Elements of a piece: what is made of them stays in the cache of a core.
  private static let piece = 1 << 14

  /// The original's tensor that a weight is made from by its steps alone.
  private var storedWeight: Tensor? {
    guard claim.branches.isEmpty, case .stored = kernel else { return nil }
    switch claim.role {
    case .weight, .quantizationScale: return stored
    case .bias, .shiftBeforeScale, .quantized: return nil
    }
  }

  /// The source where it is stored in the target's own shape.
  private var stored: Tensor? {
    guard let tensor = claim.source.flatMap({ resolver.storedTensor($0) }), tensor.shape == shape,
      tensor.dataType.spacing != nil
    else { return nil }
    return tensor
  }

  private func weight() throws -> Result {
    var result = try kernelNumbers()
    for step in claim.steps {
      let factors = try self.factors(of: step, shape)
      try multiply(&result.numbers, by: factors)
      guard !result.magnitudes.isEmpty else { continue }
      try multiply(&result.magnitudes, by: factors)
    }
    result.magnitudes = result.magnitudes.map(\.magnitude)
    return result
  }

  /// What a weight is before its steps.
  private func kernelNumbers() throws -> Result {
    switch kernel {
    case .identity, .average: return Result(numbers: try diagonal(), magnitudes: [])
    case .product(let product): return try multiplied(product)
    case .stored:
      // A stored weight is widened while it is read.
      if let stored { return Result(numbers: try stored.doubles(), magnitudes: []) }
      guard let source = claim.source, let tensor = try resolver.value(source) else {
        throw RecomputedAffine.Problem(reason: "its source is no constant of the original")
      }
      return Result(numbers: try broadcast(tensor, to: shape), magnitudes: [])
    }
  }

  /// What a step multiplies the elements of a shape with.
  struct Factors {
    let step: FoldClaim.Step
    let affine: RecomputedAffine
    let channels: ElementChannels
  }

  func factors(of step: FoldClaim.Step, _ shape: TensorShape) throws -> Factors {
    Factors(
      step: step, affine: try affines.affine(of: step.affine),
      channels: try channels(step.index, shape))
  }

  /// Multiplies the elements from `first` on.
  func multiply(
    _ numbers: inout [Double], by factors: Factors, from first: Int = 0
  ) throws {
    let (channels, affine) = (factors.channels, factors.affine)
    let end = first + numbers.count
    var start = first
    while start < end {
      let next = min((start / channels.runLength + 1) * channels.runLength, end)
      if let channel = try mapped(channels.channel(start), factors.step, affine) {
        var factor = affine.scale[channel].value
        // The sign goes into the whole numbers, zeros too.
        if claim.role == .quantizationScale { factor = factor == 0 ? 1 : factor.magnitude }
        for element in (start - first)..<(next - first) { numbers[element] *= factor }
      }
      start = next
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

  // MARK: Parts

  func channels(_ index: ChannelIndex, _ shape: TensorShape) throws -> ElementChannels {
    guard let channels = ElementChannels(index, shape: shape) else {
      throw RecomputedAffine.Problem(reason: "shape \(shape) has no axis \(index.memberAxis)")
    }
    return channels
  }

  /// The affine's channel for a channel of the linear node; nil where it does not act.
  func mapped(
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
  func broadcast(_ tensor: RuntimeTensor, to shape: TensorShape) throws -> [Double] {
    let numbers = tensor.doubles()
    if tensor.shape == shape.dimensions || numbers.count == shape.elementCount { return numbers }
    guard let result = Broadcast.expand(numbers, tensor.shape, to: shape.dimensions) else {
      throw RecomputedAffine.Problem(reason: "shape \(tensor.shape) does not fit \(shape)")
    }
    return result
  }
}
