internal import ModelIR
internal import Operators

/// BatchNormalization (onnx, Operators.md, BatchNormalization-1 to 15; Ioffe and Szegedy 2015).
///
///     Y = (X − mean) · gamma / √(variance + epsilon) + beta        per channel, axis 1
///
/// In training mode mean and variance are those of the mini-batch, over N and all spatial
/// positions (Algorithm 1 of the paper, population variance), and the running statistics are
/// `running · momentum + batch · (1 − momentum)`. Outputs then: Y, running mean, running variance,
/// and before opset 14 also the batch's mean and variance. Factors are computed in Double; sums
/// accumulate in Double.
enum BatchNormalizationKernels {
  static let table: [KernelEntry] = [
    KernelEntry("BatchNormalization") {
      try $0.inDouble ? normalize(&$0, Double.self) : normalize(&$0, Float.self)
    }
  ]

  /// Where the parameters of an element are: parameter index = (element / inner) % count.
  private struct Layout {
    let outer: Int
    let count: Int
    let inner: Int
  }

  private static func normalize<E: KernelFloat>(
    _ context: inout KernelContext, _: E.Type
  ) throws -> [RuntimeTensor?] {
    let attributes = try BatchNormalizationAttributes(context.node, opset: context.opset)
    let (shape, type) = (try context.input(0).shape, try context.input(0).dataType)
    let layout = try layout(shape, attributes)
    let names = (1...4).map { context.optionalInput($0) }
    var parameters: [[Double]] = []
    for parameter in names {
      guard let parameter, parameter.count == layout.count, parameter.integers == nil else {
        throw EvaluationError.Problem.badInput("the parameters of an input of shape \(shape)")
      }
      parameters.append(parameter.doubles())
    }
    var extra: [RuntimeTensor?] = []
    if !attributes.isInference {
      extra = statistics(
        try context.floats(0, as: E.self), layout, attributes, &parameters, context)
    }
    let (gamma, beta, mean, variance) = (
      parameters[0], parameters[1], parameters[2], parameters[3]
    )
    let scale = (0..<layout.count).map {
      E(gamma[$0] / (variance[$0] + attributes.epsilon).squareRoot())
    }
    let threads = context.threads
    var elements = try context.takeFloats(0, as: E.self)
    apply(&elements, layout, mean.map { E($0) }, scale, beta.map { E($0) }, threads)
    return [context.value(shape, elements, type)] + extra
  }

  private static func layout(
    _ shape: [Int], _ attributes: BatchNormalizationAttributes
  ) throws -> Layout {
    guard shape.count >= 1 else { throw EvaluationError.Problem.badInput("a scalar input") }
    guard attributes.isPerChannel else {
      return Layout(outer: shape[0], count: shape[1...].reduce(1, *), inner: 1)
    }
    guard shape.count >= 2 else { return Layout(outer: shape[0], count: 1, inner: 1) }
    return Layout(outer: shape[0], count: shape[1], inner: shape[2...].reduce(1, *))
  }

  /// Puts the batch's statistics in the place of the stored ones and gives the further outputs.
  private static func statistics<E: KernelFloat>(
    _ x: [E], _ layout: Layout, _ attributes: BatchNormalizationAttributes,
    _ parameters: inout [[Double]], _ context: KernelContext
  ) -> [RuntimeTensor?] {
    var mean = [Double](repeating: 0, count: layout.count)
    var variance = mean
    let number = Double(layout.outer * layout.inner)
    for channel in 0..<layout.count {
      var sum = 0.0
      forEachRun(layout, channel) { run in for index in run { sum += Double(x[index]) } }
      let center = sum / number
      var squares = 0.0
      forEachRun(layout, channel) { run in
        for index in run {
          let distance = Double(x[index]) - center
          squares += distance * distance
        }
      }
      mean[channel] = center
      variance[channel] = squares / number
    }
    let momentum = attributes.momentum
    func running(_ stored: [Double], _ batch: [Double]) -> [Double] {
      zip(stored, batch).map { $0 * momentum + $1 * (1 - momentum) }
    }
    var outputs = [running(parameters[2], mean), running(parameters[3], variance)]
    if context.opset < 14 { outputs += [mean, variance] }
    parameters[2] = mean
    parameters[3] = variance
    let type = context.optionalInput(3)?.dataType ?? .float32
    return outputs.map { context.value([layout.count], $0, type) }
  }

  private static func forEachRun(
    _ layout: Layout, _ channel: Int, _ body: (Range<Int>) -> Void
  ) {
    for outer in 0..<layout.outer {
      let first = (outer * layout.count + channel) * layout.inner
      body(first..<(first + layout.inner))
    }
  }

  private static func apply<E: KernelFloat>(
    _ elements: inout [E], _ layout: Layout, _ mean: [E], _ scale: [E], _ beta: [E],
    _ threads: Int
  ) {
    unsafe elements.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      let rows = layout.outer * layout.count
      Parallel.forEachRange(
        rows, threads: threads, grain: max(1, 32768 / max(1, layout.inner))
      ) { range in
        for row in range {
          let channel = row % layout.count
          unsafe E.affine(
            base + row * layout.inner, layout.inner, center: mean[channel],
            factor: scale[channel], shift: beta[channel])
        }
      }
    }
  }
}
