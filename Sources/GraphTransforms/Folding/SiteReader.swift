internal import ModelIR
internal import Operators

/// Reads what the node of a site does to its channels.
struct SiteReader {
  let session: FoldSession

  init(_ session: FoldSession) { self.session = session }

  /// The kind of site a node may be, by its operator alone.
  static func kind(of node: Node) -> FoldSite.Kind? {
    guard node.domain.isEmpty else { return nil }
    switch node.opType {
    case "BatchNormalization": return .batchNormalization
    case "Mul", "Div", "Add", "Sub", "Neg": return .arithmetic
    default: return nil
    }
  }

  /// The affine of a BatchNormalization:
  /// scale = gamma / √(variance + epsilon), shift = beta − scale·mean, in Double.
  func normalization(_ id: NodeID) throws(KeepReason) -> AffineSite {
    let node = session.model[id]
    let attributes: BatchNormalizationAttributes
    do throws(AttributeError) {
      attributes = try BatchNormalizationAttributes(node, opset: session.opset(of: node))
    } catch {
      throw .malformed(error.description)
    }
    guard attributes.isInference, !attributes.hasExtraOutputs else { throw .trainingMode }
    guard attributes.isPerChannel else { throw .perActivation }
    guard let input = node.input(0), let output = node.output(0) else {
      throw .malformed("its input or output is missing")
    }
    var parameters: [[Double]] = []
    var roundoff = 0.0
    for (position, name) in ["scale", "bias", "mean", "variance"].enumerated() {
      let tensor = try parameter(name, node.input(position + 1))
      guard tensor.shape.rank == 1 else { throw .parameterShape }
      roundoff = max(roundoff, tensor.dataType.unitRoundoff ?? 0)
      parameters.append(try exact(tensor))
    }
    let (gamma, beta, mean, variance) = (
      parameters[0], parameters[1], parameters[2], parameters[3]
    )
    let channels = gamma.count
    guard channels > 0, parameters.allSatisfy({ $0.count == channels }) else {
      throw .parameterShape
    }
    try agree(channels, with: input)
    var (scales, shifts, magnitudes): ([Double], [Double], [Double]) = ([], [], [])
    scales.reserveCapacity(channels)
    shifts.reserveCapacity(channels)
    magnitudes.reserveCapacity(channels)
    for c in 0..<channels {
      let sum = variance[c] + attributes.epsilon
      guard !sum.isNaN, gamma[c].isFinite, beta[c].isFinite, mean[c].isFinite else {
        throw .notFinite(channel: c)
      }
      guard sum > 0 else { throw .badVariance(channel: c, sum: sum) }
      let scale = gamma[c] / sum.squareRoot()
      let shift = beta[c] - scale * mean[c]
      guard sum.isFinite, scale.isFinite, shift.isFinite else { throw .notFinite(channel: c) }
      scales.append(scale)
      shifts.append(shift)
      magnitudes.append(abs(beta[c]) + abs(scale * mean[c]))
    }
    let site = SiteAffine(
      nodes: session.originals(of: id), parts: session.parts(of: id), scale: scales,
      shift: shifts, shiftMagnitude: magnitudes, roundoff: roundoff,
      statistics: .init(mean: mean, variance: variance))
    let affine = ChannelAffine(
      site: site, layout: ChannelLayout(axis: 1, map: Array(0..<channels)))
    return AffineSite(node: id, input: input, output: output, affine: affine)
  }

  /// The input must have as many channels as there are parameters, where its extents are known.
  private func agree(_ channels: Int, with input: ValueID) throws(KeepReason) {
    guard let dimensions = session.dimensions(of: input) else { return }
    if dimensions.count > 1, let extent = dimensions[1].value, extent != channels {
      throw .parameterShape
    }
    if dimensions.count <= 1, channels != 1 { throw .parameterShape }
  }

  private func parameter(_ name: String, _ value: ValueID?) throws(KeepReason) -> Tensor {
    guard let value else { throw .malformed("its \(name) is missing") }
    switch session.constancy(of: value) {
    case .constant(let tensor):
      guard tensor.dataType.isFoldableFloat else {
        throw .unsupportedType(tensor.dataType.name)
      }
      return tensor
    case .variable(.overridableInitializer):
      throw .overridable(parameter: name, value: session.model[value].name)
    case .variable(let reason):
      throw .notConstant(
        parameter: name, value: session.model[value].name, because: reason.description)
    }
  }

  /// A tensor's elements without the rounding of an earlier fold.
  func exact(_ tensor: Tensor) throws(KeepReason) -> [Double] {
    var tensor = tensor
    if case .derived = tensor.storage { tensor.dataType = .float64 }
    do {
      return try tensor.doubles()
    } catch {
      throw .malformed("a parameter cannot be read: \(error)")
    }
  }
}
