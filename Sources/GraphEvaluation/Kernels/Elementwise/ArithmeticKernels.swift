internal import ModelIR

/// Add, Sub, Mul, Div, Mod, Pow, Min, Max, Sum, Mean: arithmetic with broadcasting.
///
/// Source: ONNX operators Add-1…14, Mod-10/13, Pow-1…15, Max-1…13 and so on.
enum ArithmeticKernels {
  static let table: [KernelEntry] = [
    KernelEntry("Add") { try $0.combine(Addition()) },
    KernelEntry("Sub") { try $0.combine(Subtraction()) },
    KernelEntry("Mul") { try $0.combine(Multiplication()) },
    KernelEntry("Div") { try $0.combine(Division()) },
    KernelEntry("Mod") {
      try $0.flag("fmod") ? $0.combine(TruncatedRemainder()) : $0.combine(FlooredRemainder())
    },
    KernelEntry("Pow") { try power(&$0) },
    KernelEntry("Max") { try accumulate(&$0, Maximum()) },
    KernelEntry("Min") { try accumulate(&$0, Minimum()) },
    KernelEntry("Sum") { try accumulate(&$0, Addition()) },
    KernelEntry("Mean") { try mean(&$0) },
  ]

  /// `op` of all inputs, from the left.
  private static func accumulate<Operator: BinaryOperator>(
    _ context: inout KernelContext, _ op: Operator
  ) throws -> [RuntimeTensor?] {
    var total: RuntimeTensor? = try context.take(0)
    let rest = context.inputs.dropFirst()
    context.inputs = [total]
    for next in rest {
      guard let next else {
        throw EvaluationError.Problem.badInput("an input of \(context.node.opType) is missing")
      }
      context.inputs = [total, next]
      total = nil
      total = try context.combine(op)[0]
    }
    return [total]
  }

  private static func mean(_ context: inout KernelContext) throws -> [RuntimeTensor?] {
    let count = context.inputs.count
    context.inputs = try accumulate(&context, Addition())
    return try context.map(Scaling(factor: 1 / Double(count)))
  }

  /// The base's type is the result's; the exponent may have another.
  private static func power(_ context: inout KernelContext) throws -> [RuntimeTensor?] {
    let base = try context.input(0)
    let exponent = try context.aligned(context.input(1), to: base)
    let shape = try Broadcast.shape([base.shape, exponent.shape])
    _ = try context.count(of: shape)
    switch base.elements {
    case .integer(let x):
      if let y = exponent.integers {
        let powers = try context.broadcast(x, base.shape, y, exponent.shape) {
          integerPower($0, $1)
        }
        return try context.result(shape, powers, base.dataType)
      }
      let powers = try context.broadcast(
        x, base.shape, exponent.doubles(), exponent.shape
      ) { Int64(clamping: Double.pow(Double($0), $1)) }
      return try context.result(shape, powers, base.dataType)
    case .float(let x):
      let y =
        try exponent.isInteger
        ? exponent.doubles().map { Float($0) }
        : KernelContext.floatElements(of: exponent, as: Float.self)
      let powers = try context.broadcast(x, base.shape, y, exponent.shape) { Float.raise($0, $1) }
      return try context.result(shape, powers, base.dataType)
    case .double(let x):
      let powers = try context.broadcast(
        x, base.shape, exponent.doubles(), exponent.shape
      ) { Double.raise($0, $1) }
      return try context.result(shape, powers, base.dataType)
    }
  }

  private static func integerPower(_ base: Int64, _ exponent: Int64) -> Int64 {
    guard exponent >= 0 else {
      // Truncated like the quotient: only ±1 have a power below zero that is not 0.
      return base == 1 ? 1 : base == -1 ? (exponent % 2 == 0 ? 1 : -1) : 0
    }
    var (result, factor, rest): (Int64, Int64, Int64) = (1, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result &*= factor }
      factor &*= factor
      rest >>= 1
    }
    return result
  }
}

extension KernelFloat {
  /// Powers; squares and roots, the common ones, without the general function.
  static func raise(_ base: Self, _ exponent: Self) -> Self {
    if exponent == 2 { return base * base }
    if exponent == 1 { return base }
    return Self.pow(base, exponent)
  }
}

extension Int64 {
  /// The nearest whole number towards zero, the range's end beyond it, 0 for NaN.
  init(clamping value: Double) {
    if let exact = Int64(exactly: value.rounded(.towardZero)) {
      self = exact
    } else {
      self = value.isNaN ? 0 : value < 0 ? .min : .max
    }
  }
}

/// a + b.
struct Addition: BinaryOperator {
  func callAsFunction<E: KernelFloat>(_ a: E, _ b: E) -> E { a + b }
  func callAsFunction(_ a: Int64, _ b: Int64) -> Int64 { a &+ b }
  func callAsFunction(_ a: UInt64, _ b: UInt64) -> UInt64 { a &+ b }
}

/// a − b.
struct Subtraction: BinaryOperator {
  func callAsFunction<E: KernelFloat>(_ a: E, _ b: E) -> E { a - b }
  func callAsFunction(_ a: Int64, _ b: Int64) -> Int64 { a &- b }
  func callAsFunction(_ a: UInt64, _ b: UInt64) -> UInt64 { a &- b }
}

/// a · b.
struct Multiplication: BinaryOperator {
  func callAsFunction<E: KernelFloat>(_ a: E, _ b: E) -> E { a * b }
  func callAsFunction(_ a: Int64, _ b: Int64) -> Int64 { a &* b }
  func callAsFunction(_ a: UInt64, _ b: UInt64) -> UInt64 { a &* b }
}

/// a ÷ b; whole numbers towards zero, and 0 where b is 0 (the standard leaves it open).
struct Division: BinaryOperator {
  func callAsFunction<E: KernelFloat>(_ a: E, _ b: E) -> E { a / b }
  func callAsFunction(_ a: Int64, _ b: Int64) -> Int64 {
    b == 0 ? 0 : a.dividedReportingOverflow(by: b).partialValue
  }
  func callAsFunction(_ a: UInt64, _ b: UInt64) -> UInt64 { b == 0 ? 0 : a / b }
}

/// The remainder with the sign of a.
struct TruncatedRemainder: BinaryOperator {
  func callAsFunction<E: KernelFloat>(_ a: E, _ b: E) -> E { E.fmod(a, b) }
  func callAsFunction(_ a: Int64, _ b: Int64) -> Int64 {
    b == 0 ? 0 : a.remainderReportingOverflow(dividingBy: b).partialValue
  }
  func callAsFunction(_ a: UInt64, _ b: UInt64) -> UInt64 { b == 0 ? 0 : a % b }
}

/// The remainder with the sign of b.
struct FlooredRemainder: BinaryOperator {
  func callAsFunction<E: KernelFloat>(_ a: E, _ b: E) -> E {
    let remainder = E.fmod(a, b)
    return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder
  }
  func callAsFunction(_ a: Int64, _ b: Int64) -> Int64 {
    let remainder = TruncatedRemainder()(a, b)
    return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder
  }
  func callAsFunction(_ a: UInt64, _ b: UInt64) -> UInt64 { b == 0 ? 0 : a % b }
}

/// The larger; NaN if one is NaN.
struct Maximum: BinaryOperator {
  func callAsFunction<E: KernelFloat>(_ a: E, _ b: E) -> E { a > b || a != a ? a : b }
  func callAsFunction(_ a: Int64, _ b: Int64) -> Int64 { max(a, b) }
  func callAsFunction(_ a: UInt64, _ b: UInt64) -> UInt64 { max(a, b) }
}

/// The smaller; NaN if one is NaN.
struct Minimum: BinaryOperator {
  func callAsFunction<E: KernelFloat>(_ a: E, _ b: E) -> E { a < b || a != a ? a : b }
  func callAsFunction(_ a: Int64, _ b: Int64) -> Int64 { min(a, b) }
  func callAsFunction(_ a: UInt64, _ b: UInt64) -> UInt64 { min(a, b) }
}
