internal import ModelIR
internal import Operators

/// Two linear layers of which the second alone reads what the first makes, and the window of the one
/// layer that does what both do.
///
/// Conditions: one of them is a point (a kernel of a single tap without padding; the first also
/// without strides). A bias of the first reaches what the second pads, so either there is none or
/// nothing is padded. The one layer multiplies less, and stores less.
struct LayerRow {
  /// Which layer's node stays.
  enum Host { case first, second }

  let first: LinearLayer
  let second: LinearLayer
  let host: Host
  /// Groups of the one layer.
  let groups: Int
  /// Strides of the one layer's convolution.
  let strides: [Int]

  /// The most multiplications of weights with each other.
  private static let mostWork = 0x1p31
  /// The most numbers of a weight that is written out with the zeros between its groups.
  private static let mostZeros = 0x1p24
  /// Strides that a convolution may have.
  private static let largestStride = 1 << 30

  /// The row that ends at a node; nil where a condition is not met.
  init?(endingAt id: NodeID, _ session: FoldSession) {
    guard let second = LinearLayer(id, session),
      let first = LinearLayer(making: second.input, for: id, session),
      first.outputs == second.inputs,
      first.weight.tensor.dataType == second.weight.tensor.dataType
    else { return nil }
    (self.first, self.second) = (first, second)
    groups = MergedWindow.divisor(first.groups, second.groups)
    switch (first.kind, second.kind) {
    case (.convolution(let inner), .convolution(let outer)):
      guard first.kernel.count == second.kernel.count else { return nil }
      if Self.isPoint(second), outer.strides.allSatisfy({ $0 == 1 }) || !inner.isSame {
        host = .first
        strides = zip(inner.strides, outer.strides).map { $0 * $1 }
      } else if Self.isPoint(first), inner.strides.allSatisfy({ $0 == 1 }),
        first.bias == nil || outer.isUnpadded
      {
        host = .second
        strides = outer.strides
      } else {
        return nil
      }
    case (.gemm(let inner), .gemm(let outer)):
      guard !outer.transposesA else { return nil }
      (host, strides) = (inner.transposesA ? .first : .second, [])
    case (.gemm, .matMul): (host, strides) = (.first, [])
    case (.matMul, .gemm(let outer)):
      guard !outer.transposesA else { return nil }
      (host, strides) = (.second, [])
    case (.matMul, .matMul): (host, strides) = (first.addition == nil ? .second : .first, [])
    default: return nil
    }
    guard strides.allSatisfy({ $0 <= Self.largestStride }), isSmall(first), isSmall(second),
      isLessWork(session), parametersAfter < parametersBefore(session)
    else { return nil }
  }

  // MARK: The one layer

  /// The layer whose node stays.
  var kept: LinearLayer { host == .first ? first : second }

  /// Extents of the one layer's window.
  var kernel: [Int] { first.taps == 1 ? second.kernel : first.kernel }

  /// The extents of the one layer's weight.
  var weightShape: TensorShape? {
    let inputs = first.inputs / groups
    return TensorShape(
      (kept.isTransposed ? [inputs, second.outputs] : [second.outputs, inputs]) + kernel)
  }

  /// The extents of the one layer's bias; nil where it has none.
  var biasShape: TensorShape? {
    if let bias = second.bias { return bias.tensor.shape }
    return first.bias == nil ? nil : .vector(second.outputs)
  }

  /// Elements of its weight and bias.
  var parametersAfter: Int {
    (weightShape?.elementCount ?? .max / 2) + (biasShape?.elementCount ?? 0)
  }

  /// Elements of both layers' parameters that nothing else reads.
  func parametersBefore(_ session: FoldSession) -> Int {
    (first.parameters + second.parameters).reduce(0) {
      $0 + (session.isShared($1.value) ? 0 : $1.tensor.shape.elementCount)
    }
  }

  // MARK: Conditions

  /// Whether a convolution has a single tap at which it pads nothing.
  private static func isPoint(_ layer: LinearLayer) -> Bool {
    guard case .convolution(let window) = layer.kind else { return false }
    // A single tap needs no padding to keep ⌈extent/stride⌉.
    return layer.taps == 1 && (window.isUnpadded || window.isSame)
  }

  /// Whether a weight takes no more memory than it has for the product, which knows no groups but the
  /// one layer's.
  private func isSmall(_ layer: LinearLayer) -> Bool {
    guard layer.groups != groups else { return true }
    return Double(layer.outputs / groups) * Double(layer.inputs / groups) * Double(layer.taps)
      <= Self.mostZeros
  }

  /// Whether the one layer multiplies less than both, and their weights can be multiplied in a
  /// second or so.
  private func isLessWork(_ session: FoldSession) -> Bool {
    guard let ratio = positions(session) else { return false }
    let between = Double(first.outputs / groups)
    let merged =
      Double(second.outputs) * Double(first.inputs / groups) * Double(kernel.reduce(1, *))
    return merged < ratio * first.multiplications + second.multiplications
      && merged * between <= Self.mostWork
  }

  /// At least how many positions the first layer has for each of the second's; nil where that
  /// depends on extents which are not known.
  private func positions(_ session: FoldSession) -> Double? {
    guard case .convolution(let outer) = second.kind else { return 1 }
    func known(_ value: ValueID) -> Double? {
      guard let dimensions = session.dimensions(of: value) else { return nil }
      return dimensions.dropFirst(2).reduce(1.0) { product, extent in
        guard let product, case .known(let number) = extent else { return nil }
        return product * Double(number)
      }
    }
    if let inner = known(first.output), let outer = known(second.output), outer > 0 {
      return inner / outer
    }
    // A window that pads no more than it spans has no more positions than it reads.
    if outer.isUnpadded || outer.isSame { return 1 }
    let pads = zip(outer.padsBegin, outer.padsEnd).map { $0 + $1 }
    let spans = zip(second.kernel, outer.dilations).map { ($0 - 1) * $1 }
    return zip(pads, spans).allSatisfy { $0 <= $1 } ? 1 : nil
  }
}
