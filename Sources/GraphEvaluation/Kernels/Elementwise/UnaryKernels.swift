internal import ModelIR

/// One number from one number: signs, roundings, roots, exponentials, trigonometry.
///
/// Source: the ONNX operators of the same names.
enum UnaryKernels {
  static let table: [KernelEntry] = [
    KernelEntry("Abs") {
      try $0.holdsIntegers(0) ? integers(&$0) { $0 < 0 ? 0 &- $0 : $0 } : $0.map(Absolute())
    },
    KernelEntry("Neg") { try $0.holdsIntegers(0) ? integers(&$0) { 0 &- $0 } : $0.map(Negation()) },
    KernelEntry("Sign") {
      try $0.holdsIntegers(0) ? integers(&$0) { $0.signum() } : $0.map(Sign())
    },
    KernelEntry("Reciprocal") { try $0.map(Reciprocal()) },
    KernelEntry("Sqrt") { try $0.map(SquareRoot()) },
    KernelEntry("Exp") { try $0.map(Exponential()) },
    KernelEntry("Log") { try $0.map(Logarithm()) },
    KernelEntry("Floor") { try $0.map(Rounding(rule: .down)) },
    KernelEntry("Ceil") { try $0.map(Rounding(rule: .up)) },
    KernelEntry("Round") { try $0.map(Rounding(rule: .toNearestOrEven)) },
    KernelEntry("Erf") { try $0.map(ErrorFunction()) },
    KernelEntry("Sin") { try $0.map(Sine()) },
    KernelEntry("Cos") { try $0.map(Cosine()) },
    KernelEntry("Tan") { try $0.map(Tangent()) },
    KernelEntry("Asin") { try $0.map(ArcSine()) },
    KernelEntry("Acos") { try $0.map(ArcCosine()) },
    KernelEntry("Atan") { try $0.map(ArcTangent()) },
    KernelEntry("Sinh") { try $0.map(HyperbolicSine()) },
    KernelEntry("Cosh") { try $0.map(HyperbolicCosine()) },
    KernelEntry("Tanh") { try $0.map(HyperbolicTangent()) },
    KernelEntry("Asinh") { try $0.map(AreaSine()) },
    KernelEntry("Acosh") { try $0.map(AreaCosine()) },
    KernelEntry("Atanh") { try $0.map(AreaTangent()) },
  ]

  private static func integers(
    _ context: inout KernelContext, _ op: (Int64) -> Int64
  ) throws -> [RuntimeTensor?] {
    let input = try context.input(0)
    // Unsigned numbers are their own absolute value, also above 2⁶³.
    if input.dataType == .uint64, context.node.opType == "Abs" { return [input] }
    return try context.result(input.shape, context.integers(0).map(op), input.dataType)
  }
}

struct Absolute: UnaryOperator {
  func callAsFunction<E: KernelFloat>(_ x: E) -> E { x.magnitude }
}

struct Negation: UnaryOperator {
  func callAsFunction<E: KernelFloat>(_ x: E) -> E { -x }
}

/// −1, 0 or 1; NaN for NaN.
struct Sign: UnaryOperator {
  func callAsFunction<E: KernelFloat>(_ x: E) -> E { x > 0 ? 1 : x < 0 ? -1 : x }
}

struct Reciprocal: UnaryOperator {
  func callAsFunction<E: KernelFloat>(_ x: E) -> E { 1 / x }
}

struct SquareRoot: UnaryOperator {
  func callAsFunction<E: KernelFloat>(_ x: E) -> E { x.squareRoot() }
}

struct Exponential: UnaryOperator {
  func callAsFunction<E: KernelFloat>(_ x: E) -> E { E.exp(x) }
  func apply<E: KernelFloat>(_ values: UnsafeMutablePointer<E>, _ count: Int) {
    unsafe E.exponentials(values, count)
  }
}

struct Logarithm: UnaryOperator {
  func callAsFunction<E: KernelFloat>(_ x: E) -> E { E.log(x) }
}

struct Rounding: UnaryOperator {
  let rule: FloatingPointRoundingRule
  func callAsFunction<E: KernelFloat>(_ x: E) -> E { x.rounded(rule) }
}

struct ErrorFunction: UnaryOperator {
  func callAsFunction<E: KernelFloat>(_ x: E) -> E { E.erf(x) }
}

struct Sine: UnaryOperator {
  func callAsFunction<E: KernelFloat>(_ x: E) -> E { E.sin(x) }
}

struct Cosine: UnaryOperator {
  func callAsFunction<E: KernelFloat>(_ x: E) -> E { E.cos(x) }
}

struct Tangent: UnaryOperator {
  func callAsFunction<E: KernelFloat>(_ x: E) -> E { E.tan(x) }
}

struct ArcSine: UnaryOperator {
  func callAsFunction<E: KernelFloat>(_ x: E) -> E { E.asin(x) }
}

struct ArcCosine: UnaryOperator {
  func callAsFunction<E: KernelFloat>(_ x: E) -> E { E.acos(x) }
}

struct ArcTangent: UnaryOperator {
  func callAsFunction<E: KernelFloat>(_ x: E) -> E { E.atan(x) }
}

struct HyperbolicSine: UnaryOperator {
  func callAsFunction<E: KernelFloat>(_ x: E) -> E { E.sinh(x) }
}

struct HyperbolicCosine: UnaryOperator {
  func callAsFunction<E: KernelFloat>(_ x: E) -> E { E.cosh(x) }
}

struct HyperbolicTangent: UnaryOperator {
  func callAsFunction<E: KernelFloat>(_ x: E) -> E { E.tanh(x) }
}

struct AreaSine: UnaryOperator {
  func callAsFunction<E: KernelFloat>(_ x: E) -> E { E.asinh(x) }
}

struct AreaCosine: UnaryOperator {
  func callAsFunction<E: KernelFloat>(_ x: E) -> E { E.acosh(x) }
}

struct AreaTangent: UnaryOperator {
  func callAsFunction<E: KernelFloat>(_ x: E) -> E { E.atanh(x) }
}

/// factor · x.
struct Scaling: UnaryOperator {
  let factor: Double
  func callAsFunction<E: KernelFloat>(_ x: E) -> E { x * E(factor) }
}
