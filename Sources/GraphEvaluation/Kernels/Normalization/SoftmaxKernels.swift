/// Softmax, LogSoftmax and Hardmax (onnx, Operators.md, versions 1 to 13).
///
///     softmax(x)ᵢ = exp(xᵢ − max) / Σⱼ exp(xⱼ − max)
///
/// From version 13 on along one axis (the last by default); before, over all axes from `axis` (1 by
/// default) on. Sums accumulate in Double.
enum SoftmaxKernels {
  static let table: [KernelEntry] = [
    KernelEntry("Softmax") {
      try $0.inDouble
        ? run(&$0, Double.self, softmax) : run(&$0, Float.self, softmax)
    },
    KernelEntry("LogSoftmax") {
      try $0.inDouble
        ? run(&$0, Double.self, logSoftmax) : run(&$0, Float.self, logSoftmax)
    },
    KernelEntry("Hardmax") {
      try $0.inDouble
        ? run(&$0, Double.self, hardmax) : run(&$0, Float.self, hardmax)
    },
  ]

  private static func run<E: KernelFloat>(
    _ context: inout KernelContext, _: E.Type, _ apply: (inout [E]) -> Void
  ) throws -> [RuntimeTensor?] {
    let (shape, type) = (try context.input(0).shape, try context.input(0).dataType)
    let alongAxis = context.opset >= 13
    let stated = try context.int("axis", default: alongAxis ? -1 : 1)
    let axis =
      stated == shape.count && !alongAxis
      ? stated : try Axes.normalize(stated, rank: max(1, shape.count))
    let inner = alongAxis ? shape.dropFirst(axis + 1).reduce(1, *) : 1
    let extent = alongAxis ? (axis < shape.count ? shape[axis] : 1) : shape[axis...].reduce(1, *)
    var elements = try context.takeFloats(0, as: E.self)
    guard !elements.isEmpty else { return [context.value(shape, elements, type)] }
    var line = [E](repeating: 0, count: extent)
    for outer in 0..<(elements.count / (extent * inner)) {
      for column in 0..<inner {
        let first = outer * extent * inner + column
        for index in 0..<extent { line[index] = elements[first + index * inner] }
        apply(&line)
        for index in 0..<extent { elements[first + index * inner] = line[index] }
      }
    }
    return [context.value(shape, elements, type)]
  }

  private static func largest<E: KernelFloat>(_ line: [E]) -> E {
    line.reduce(-E.infinity) { $1 > $0 ? $1 : $0 }
  }

  private static func softmax<E: KernelFloat>(_ line: inout [E]) {
    let top = largest(line)
    var sum = 0.0
    for index in line.indices {
      line[index] = E.exp(line[index] - top)
      sum += Double(line[index])
    }
    let total = E(sum)
    for index in line.indices { line[index] /= total }
  }

  private static func logSoftmax<E: KernelFloat>(_ line: inout [E]) {
    let top = largest(line)
    var sum = 0.0
    for element in line { sum += Double(E.exp(element - top)) }
    let shift = E(Double.log(sum))
    for index in line.indices { line[index] = line[index] - top - shift }
  }

  private static func hardmax<E: KernelFloat>(_ line: inout [E]) {
    let top = largest(line)
    let place = line.firstIndex(of: top)
    for index in line.indices { line[index] = index == place ? 1 : 0 }
  }
}
