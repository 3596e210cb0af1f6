internal import ModelIR

/// Comparisons, logic, bits and choice.
///
/// Source: the ONNX operators of the same names.
enum LogicKernels {
  static let table: [KernelEntry] = [
    KernelEntry("Equal") { try $0.compare(IsEqual()) },
    KernelEntry("Less") { try $0.compare(IsLess()) },
    KernelEntry("LessOrEqual") { try $0.compare(IsLessOrEqual()) },
    KernelEntry("Greater") { try $0.compare(IsGreater()) },
    KernelEntry("GreaterOrEqual") { try $0.compare(IsGreaterOrEqual()) },
    KernelEntry("And") { try $0.combine(BitsAnd()) },
    KernelEntry("Or") { try $0.combine(BitsOr()) },
    KernelEntry("Xor") { try $0.combine(BitsXor()) },
    KernelEntry("BitwiseAnd") { try $0.combine(BitsAnd()) },
    KernelEntry("BitwiseOr") { try $0.combine(BitsOr()) },
    KernelEntry("BitwiseXor") { try $0.combine(BitsXor()) },
    KernelEntry("Not") {
      try $0.result($0.input(0).shape, $0.integers(0).map { Int64($0 == 0 ? 1 : 0) })
    },
    KernelEntry("BitwiseNot") { try $0.result($0.input(0).shape, $0.integers(0).map { ~$0 }) },
    KernelEntry("BitShift") { try shift(&$0) },
    KernelEntry("IsNaN") { try test($0) { $0.isNaN } },
    KernelEntry("IsInf") { try isInfinite($0) },
    KernelEntry("Where") { try choose($0) },
  ]

  private static func shift(_ context: inout KernelContext) throws -> [RuntimeTensor?] {
    let direction = try context.text("direction", default: "")
    guard direction == "LEFT" || direction == "RIGHT" else {
      throw EvaluationError.Problem.badInput("direction \"\(direction)\" of BitShift")
    }
    return try direction == "LEFT" ? context.combine(LeftShift()) : context.combine(RightShift())
  }

  private static func test(
    _ context: KernelContext, _ holds: (Double) -> Bool
  ) throws -> [RuntimeTensor?] {
    let x = try context.input(0)
    return try context.result(x.shape, x.doubles().map { holds($0) ? 1 : 0 } as [Int64], .bool)
  }

  private static func isInfinite(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let negative = try context.flag("detect_negative", default: true)
    let positive = try context.flag("detect_positive", default: true)
    return try test(context) { $0.isInfinite && ($0 < 0 ? negative : positive) }
  }

  /// Where(condition, x, y) with all three broadcast.
  private static func choose(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let condition = try context.integers(0)
    let (x, y) = (try context.input(1), try context.input(2))
    let broadcast = try Broadcast([try context.input(0).shape, x.shape, y.shape])
    let count = try context.count(of: broadcast.shape)
    func chosen<E: KernelElement>(_ x: [E], _ y: [E]) -> RuntimeElements {
      var output: [E] = []
      output.reserveCapacity(count)
      broadcast.forEachRun { run in
        for index in 0..<run.count {
          let holds = condition[run.first.0 + index * run.step.0] != 0
          output.append(
            holds ? x[run.first.1 + index * run.step.1] : y[run.first.2 + index * run.step.2])
        }
      }
      return E.wrap(output)
    }
    let elements =
      switch (x.elements, y.elements) {
      case (.integer(let x), .integer(let y)): chosen(x, y)
      case (.float(let x), .float(let y)): chosen(x, y)
      default: chosen(x.doubles(), y.doubles())
      }
    return [RuntimeTensor(dataType: x.dataType, shape: broadcast.shape, elements: elements)]
  }
}

struct IsEqual: BinaryPredicate {
  func callAsFunction<E: Comparable>(_ a: E, _ b: E) -> Bool { a == b }
}

struct IsLess: BinaryPredicate {
  func callAsFunction<E: Comparable>(_ a: E, _ b: E) -> Bool { a < b }
}

struct IsLessOrEqual: BinaryPredicate {
  func callAsFunction<E: Comparable>(_ a: E, _ b: E) -> Bool { a <= b }
}

struct IsGreater: BinaryPredicate {
  func callAsFunction<E: Comparable>(_ a: E, _ b: E) -> Bool { a > b }
}

struct IsGreaterOrEqual: BinaryPredicate {
  func callAsFunction<E: Comparable>(_ a: E, _ b: E) -> Bool { a >= b }
}

/// An operator of bit patterns: its result does not depend on the sign.
protocol BitOperator: BinaryOperator {
  func callAsFunction(_ a: UInt64, _ b: UInt64) -> UInt64
}

extension BitOperator {
  func callAsFunction<E: KernelFloat>(_ a: E, _ b: E) -> E { .nan }
  func callAsFunction(_ a: Int64, _ b: Int64) -> Int64 {
    Int64(bitPattern: self(UInt64(bitPattern: a), UInt64(bitPattern: b)))
  }
}

struct BitsAnd: BitOperator {
  func callAsFunction(_ a: UInt64, _ b: UInt64) -> UInt64 { a & b }
}

struct BitsOr: BitOperator {
  func callAsFunction(_ a: UInt64, _ b: UInt64) -> UInt64 { a | b }
}

struct BitsXor: BitOperator {
  func callAsFunction(_ a: UInt64, _ b: UInt64) -> UInt64 { a ^ b }
}

struct LeftShift: BitOperator {
  func callAsFunction(_ a: UInt64, _ b: UInt64) -> UInt64 { b < 64 ? a << b : 0 }
}

struct RightShift: BitOperator {
  func callAsFunction(_ a: UInt64, _ b: UInt64) -> UInt64 { b < 64 ? a >> b : 0 }
}
