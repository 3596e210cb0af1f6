/// LRN, LpNormalization and MeanVarianceNormalization (onnx, Operators.md).
enum LocalNormalizationKernels {
  static let table: [KernelEntry] = [
    KernelEntry("LRN") { try $0.inDouble ? local($0, Double.self) : local($0, Float.self) },
    KernelEntry("LpNormalization") {
      try $0.inDouble ? power(&$0, Double.self) : power(&$0, Float.self)
    },
    KernelEntry("MeanVarianceNormalization") {
      try $0.inDouble ? meanVariance(&$0, Double.self) : meanVariance(&$0, Float.self)
    },
  ]

  /// y[c] = x[c] / (bias + alpha/size · Σ x[j]²)^beta, j from c − ⌊(size−1)/2⌋ to c + ⌈(size−1)/2⌉.
  private static func local<E: KernelFloat>(
    _ context: KernelContext, _: E.Type
  ) throws -> [RuntimeTensor?] {
    let shape = try context.input(0).shape
    guard let size = try context.int("size"), size >= 1, shape.count >= 2 else {
      throw EvaluationError.Problem.badInput("size over an input of shape \(shape)")
    }
    let alpha = try context.float("alpha", default: 1e-4) / Double(size)
    let beta = try context.float("beta", default: 0.75)
    let bias = try context.float("bias", default: 1)
    let x = try context.floats(0, as: E.self)
    let (channels, plane) = (shape[1], shape[2...].reduce(1, *))
    var result = x
    for image in 0..<shape[0] {
      for channel in 0..<channels {
        let low = max(0, channel - (size - 1) / 2)
        let high = channel + min(size / 2, channels - 1 - channel)
        for place in 0..<plane {
          var squares = 0.0
          for other in low...high {
            let value = Double(x[(image * channels + other) * plane + place])
            squares += value * value
          }
          let index = (image * channels + channel) * plane + place
          result[index] = x[index] / E(Double.pow(bias + alpha * squares, beta))
        }
      }
    }
    return try context.result(shape, result)
  }

  /// x / (Σ |x|ᵖ)^(1/p) along an axis, p 1 or 2; a row of zeros becomes NaN, as the standard's has it.
  private static func power<E: KernelFloat>(
    _ context: inout KernelContext, _: E.Type
  ) throws -> [RuntimeTensor?] {
    let (shape, type) = (try context.input(0).shape, try context.input(0).dataType)
    let axis = try Axes.normalize(try context.int("axis", default: -1), rank: shape.count)
    let p = try context.int("p", default: 2)
    guard p == 1 || p == 2 else { throw EvaluationError.Problem.badInput("p = \(p)") }
    let (outer, extent, inner) = Axes.split(shape, at: axis)
    var x = try context.takeFloats(0, as: E.self)
    for row in 0..<outer {
      for column in 0..<inner {
        let first = row * extent * inner + column
        var sum = 0.0
        for index in 0..<extent {
          let value = Double(x[first + index * inner]).magnitude
          sum += p == 1 ? value : value * value
        }
        let norm = E(p == 1 ? sum : sum.squareRoot())
        for index in 0..<extent { x[first + index * inner] /= norm }
      }
    }
    return [context.value(shape, x, type)]
  }

  /// (x − mean) / (√(mean of squares − mean²) + 1e-9) over `axes` ([0, 2, 3] by default), as the
  /// function body of the standard has it.
  private static func meanVariance<E: KernelFloat>(
    _ context: inout KernelContext, _: E.Type
  ) throws -> [RuntimeTensor?] {
    let (shape, type) = (try context.input(0).shape, try context.input(0).dataType)
    let axes = try Axes.normalize(try context.ints("axes") ?? [0, 2, 3], rank: shape.count)
    var x = try context.takeFloats(0, as: E.self)
    let kept = shape.indices.map { axes.contains($0) ? 1 : shape[$0] }
    let groups = kept.reduce(1, *)
    var sums = [Double](repeating: 0, count: groups)
    var squares = sums
    let plan = try Broadcast([shape, kept])
    let number = Double(groups == 0 ? 1 : x.count / groups)
    plan.forEachRun { run in
      for index in 0..<run.count {
        sums[run.first.1 + index * run.step.1] += Double(x[run.output + index])
      }
    }
    plan.forEachRun { run in
      for index in 0..<run.count {
        let group = run.first.1 + index * run.step.1
        let distance = Double(x[run.output + index]) - sums[group] / number
        squares[group] += distance * distance
      }
    }
    plan.forEachRun { run in
      for index in 0..<run.count {
        let group = run.first.1 + index * run.step.1
        let deviation = (squares[group] / number).squareRoot() + 1e-9
        x[run.output + index] = E(
          (Double(x[run.output + index]) - sums[group] / number) / deviation)
      }
    }
    return [context.value(shape, x, type)]
  }
}
