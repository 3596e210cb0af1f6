internal import ModelIR

/// Activation functions.
///
/// Source: the ONNX operators of the same names, with their defaults by version.
enum ActivationKernels {
  static let table: [KernelEntry] = [
    KernelEntry("Relu") {
      try $0.holdsIntegers(0)
        ? $0.result($0.input(0).shape, $0.integers(0).map { max(0, $0) })
        : $0.clamp(low: 0, high: .infinity)
    },
    KernelEntry("LeakyRelu") {
      try $0.map(LeakyRectifier(alpha: $0.float("alpha", default: 0.01)))
    },
    KernelEntry("PRelu") { try parametricRectifier(&$0) },
    KernelEntry("ThresholdedRelu") {
      try $0.map(ThresholdedRectifier(alpha: $0.float("alpha", default: 1)))
    },
    KernelEntry("Elu") {
      try $0.map(ExponentialUnit(alpha: $0.float("alpha", default: 1), scale: 1, divisor: 1))
    },
    KernelEntry("Celu") {
      let alpha = try $0.float("alpha", default: 1)
      return try $0.map(ExponentialUnit(alpha: alpha, scale: 1, divisor: alpha))
    },
    KernelEntry("Selu") { try selu(&$0) },
    KernelEntry("Sigmoid") { try $0.map(Sigmoid()) },
    KernelEntry("HardSigmoid") {
      try $0.map(
        HardSigmoid(alpha: $0.float("alpha", default: 0.2), beta: $0.float("beta", default: 0.5)))
    },
    KernelEntry("HardSwish") { try $0.map(HardSwish()) },
    KernelEntry("Swish") { try $0.map(Swish(alpha: $0.float("alpha", default: 1))) },
    KernelEntry("Softplus") { try $0.map(Softplus()) },
    KernelEntry("Softsign") { try $0.map(Softsign()) },
    KernelEntry("Mish") { try $0.map(Mish()) },
    KernelEntry("Gelu") {
      try $0.text("approximate", default: "none") == "tanh"
        ? $0.map(TanhGelu()) : $0.map(Gelu())
    },
    KernelEntry("Shrink") {
      try $0.map(
        Shrink(bias: $0.float("bias", default: 0), lambda: $0.float("lambd", default: 0.5)))
    },
    KernelEntry("Clip") { try clip(&$0) },
  ]

  private static func parametricRectifier(
    _ context: inout KernelContext
  ) throws -> [RuntimeTensor?] {
    // Before version 7 a vector of slopes stood for the channels.
    let (x, slope) = (try context.input(0), try context.input(1))
    if context.opset < 7, slope.rank == 1, x.rank > 1 {
      context.inputs[1] = slope.reshaped(
        slope.shape + [Int](repeating: 1, count: x.rank - 2))
    }
    return try context.combine(SlopedRectifier())
  }

  private static func selu(_ context: inout KernelContext) throws -> [RuntimeTensor?] {
    let old = context.opset < 6
    let alpha = try context.float("alpha", default: old ? 1.6732 : 1.67326319217681884765625)
    let gamma = try context.float("gamma", default: old ? 1.0507 : 1.05070102214813232421875)
    return try context.map(ExponentialUnit(alpha: alpha, scale: gamma, divisor: 1))
  }

  /// Limits are attributes before version 11 and optional inputs since.
  private static func clip(_ context: inout KernelContext) throws -> [RuntimeTensor?] {
    let inputs = context.opset >= 11
    if context.holdsIntegers(0) {
      let elements = try context.integers(0)
      let unsigned = try context.input(0).dataType == .uint64
      let low = context.optionalInput(1)?.integers?.first
      let high = context.optionalInput(2)?.integers?.first
      let clipped = elements.map { element in
        if unsigned {
          let lower = max(UInt64(bitPattern: element), UInt64(bitPattern: low ?? 0))
          return Int64(bitPattern: min(lower, UInt64(bitPattern: high ?? -1)))
        }
        return min(max(element, low ?? .min), high ?? .max)
      }
      return try context.result(context.input(0).shape, clipped)
    }
    func limit(_ position: Int, _ name: String, _ absent: Double) throws -> Double {
      guard inputs else { return try context.float(name) ?? absent }
      return context.optionalInput(position)?.doubles().first ?? absent
    }
    return try context.clamp(
      low: limit(1, "min", -.infinity), high: limit(2, "max", .infinity))
  }
}

/// max(x, 0); NaN stays.
struct Rectifier: UnaryOperator {
  func callAsFunction<E: KernelFloat>(_ x: E) -> E { x < 0 ? 0 : x }
}

struct LeakyRectifier: UnaryOperator {
  let alpha: Double
  func callAsFunction<E: KernelFloat>(_ x: E) -> E { x < 0 ? E(alpha) * x : x }
}

struct ThresholdedRectifier: UnaryOperator {
  let alpha: Double
  func callAsFunction<E: KernelFloat>(_ x: E) -> E { x > E(alpha) ? x : 0 }
}

/// x, or slope · x below zero.
struct SlopedRectifier: BinaryOperator {
  func callAsFunction<E: KernelFloat>(_ x: E, _ slope: E) -> E { x < 0 ? slope * x : x }
  func callAsFunction(_ x: Int64, _ slope: Int64) -> Int64 { x < 0 ? slope &* x : x }
  func callAsFunction(_ x: UInt64, _ slope: UInt64) -> UInt64 { x }
}

/// scale · (x where it is positive, else alpha · (exp(x ÷ divisor) − 1)).
struct ExponentialUnit: UnaryOperator {
  let alpha: Double
  let scale: Double
  let divisor: Double
  func callAsFunction<E: KernelFloat>(_ x: E) -> E {
    E(scale) * (x > 0 ? x : E(alpha) * E.expm1(x / E(divisor)))
  }
}

/// 1 ÷ (1 + exp(−x)), without overflow at either end.
struct Sigmoid: UnaryOperator {
  func callAsFunction<E: KernelFloat>(_ x: E) -> E {
    let e = E.exp(-x.magnitude)
    return (x < 0 ? e : 1) / (1 + e)
  }
  func apply<E: KernelFloat>(_ values: UnsafeMutablePointer<E>, _ count: Int) {
    unsafe E.sigmoids(values, count)
  }
}

struct HardSigmoid: UnaryOperator {
  let alpha: Double
  let beta: Double
  func callAsFunction<E: KernelFloat>(_ x: E) -> E {
    let line = E(alpha) * x + E(beta)
    return line < 0 ? 0 : line > 1 ? 1 : line
  }
}

/// x · max(0, min(1, x/6 + 1/2)).
struct HardSwish: UnaryOperator {
  func callAsFunction<E: KernelFloat>(_ x: E) -> E {
    x * HardSigmoid(alpha: 1.0 / 6, beta: 0.5)(x)
  }
}

/// x · sigmoid(alpha · x).
struct Swish: UnaryOperator {
  let alpha: Double
  func callAsFunction<E: KernelFloat>(_ x: E) -> E { x * Sigmoid()(E(alpha) * x) }
  func apply<E: KernelFloat>(_ values: UnsafeMutablePointer<E>, _ count: Int) {
    unsafe E.swishes(values, count, alpha: E(alpha))
  }
}

/// log(1 + exp(x)), without overflow.
struct Softplus: UnaryOperator {
  func callAsFunction<E: KernelFloat>(_ x: E) -> E {
    (x > 0 ? x : 0) + E.log1p(E.exp(-x.magnitude))
  }
}

struct Softsign: UnaryOperator {
  func callAsFunction<E: KernelFloat>(_ x: E) -> E { x / (1 + x.magnitude) }
}

/// x · tanh(softplus(x)).
struct Mish: UnaryOperator {
  func callAsFunction<E: KernelFloat>(_ x: E) -> E { x * E.tanh(Softplus()(x)) }
}

/// x/2 · (1 + erf(x/√2)).
struct Gelu: UnaryOperator {
  func callAsFunction<E: KernelFloat>(_ x: E) -> E {
    x / 2 * (1 + E.erf(x * E(0.5.squareRoot())))
  }
}

/// x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))).
struct TanhGelu: UnaryOperator {
  func callAsFunction<E: KernelFloat>(_ x: E) -> E {
    x / 2 * (1 + E.tanh(E((2 / Double.pi).squareRoot()) * (x + E(0.044715) * x * x * x)))
  }
}

struct Shrink: UnaryOperator {
  let bias: Double
  let lambda: Double
  func callAsFunction<E: KernelFloat>(_ x: E) -> E {
    x < -E(lambda) ? x + E(bias) : x > E(lambda) ? x - E(bias) : 0
  }
}

/// min(max(x, low), high): the upper limit wins where the two cross.
struct Limits: UnaryOperator {
  let low: Double
  let high: Double
  func callAsFunction<E: KernelFloat>(_ x: E) -> E {
    let lower = x < E(low) ? E(low) : x
    return lower > E(high) ? E(high) : lower
  }
}
