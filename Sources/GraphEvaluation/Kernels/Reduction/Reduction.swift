/// One number from many: elements at `start + offsets[k]`.
protocol Reduction: Sendable {
  func floats<E: KernelFloat>(_ elements: [E], _ start: Int, _ offsets: [Int]) -> Double
  func integers(_ elements: [Int64], _ start: Int, _ offsets: [Int]) -> Int64
}

/// A reduction that sums a function of each element, and then maps the total.
protocol SumReduction: Reduction {
  /// Whether the terms are the elements themselves.
  var sumsElements: Bool { get }
  func term(_ x: Double) -> Double
  func term(_ x: Int64) -> Int64
  func finish(_ total: Double, count: Int) -> Double
  func finish(_ total: Int64, count: Int) -> Int64
}

extension SumReduction {
  var sumsElements: Bool { false }
  func term(_ x: Double) -> Double { x }
  func term(_ x: Int64) -> Int64 { x }
  func finish(_ total: Double, count: Int) -> Double { total }
  func finish(_ total: Int64, count: Int) -> Int64 { total }

  func floats<E: KernelFloat>(_ elements: [E], _ start: Int, _ offsets: [Int]) -> Double {
    if sumsElements, let total = dense(elements, start, offsets) { return total }
    var total = 0.0
    for offset in offsets { total += term(Double(elements[start + offset])) }
    return finish(total, count: offsets.count)
  }

  /// The sum of the elements themselves, which lie side by side, or nil where they do not.
  private func dense<E: KernelFloat>(_ elements: [E], _ start: Int, _ offsets: [Int]) -> Double? {
    // Offsets ascend from 0.
    guard let last = offsets.last, last == offsets.count - 1 else { return nil }
    return unsafe ElementArray.withPointer(elements) {
      unsafe finish(E.sum($0 + start, offsets.count), count: offsets.count)
    }
  }

  func integers(_ elements: [Int64], _ start: Int, _ offsets: [Int]) -> Int64 {
    var total: Int64 = 0
    for offset in offsets { total &+= term(elements[start + offset]) }
    return finish(total, count: offsets.count)
  }
}

struct Sum: SumReduction {
  var sumsElements: Bool { true }
}

struct Average: SumReduction {
  var sumsElements: Bool { true }
  func finish(_ total: Double, count: Int) -> Double { total / Double(count) }
  func finish(_ total: Int64, count: Int) -> Int64 { count == 0 ? 0 : total / Int64(count) }
}

struct SumOfMagnitudes: SumReduction {
  func term(_ x: Double) -> Double { x.magnitude }
  func term(_ x: Int64) -> Int64 { x < 0 ? 0 &- x : x }
}

struct SumOfSquares: SumReduction {
  func term(_ x: Double) -> Double { x * x }
  func term(_ x: Int64) -> Int64 { x &* x }
}

struct Norm: SumReduction {
  func term(_ x: Double) -> Double { x * x }
  func term(_ x: Int64) -> Int64 { x &* x }
  func finish(_ total: Double, count: Int) -> Double { total.squareRoot() }
  func finish(_ total: Int64, count: Int) -> Int64 {
    Int64(clamping: Double(total).squareRoot())
  }
}

struct LogOfSum: SumReduction {
  func finish(_ total: Double, count: Int) -> Double { Double.log(total) }
  func finish(_ total: Int64, count: Int) -> Int64 { Int64(clamping: Double.log(Double(total))) }
}

struct Product: Reduction {
  func floats<E: KernelFloat>(_ elements: [E], _ start: Int, _ offsets: [Int]) -> Double {
    offsets.reduce(1.0) { $0 * Double(elements[start + $1]) }
  }

  func integers(_ elements: [Int64], _ start: Int, _ offsets: [Int]) -> Int64 {
    offsets.reduce(1) { $0 &* elements[start + $1] }
  }
}

/// The largest; −∞ or the smallest whole number of nothing; NaN if one is NaN.
struct Largest: Reduction {
  func floats<E: KernelFloat>(_ elements: [E], _ start: Int, _ offsets: [Int]) -> Double {
    var best = -E.infinity
    for offset in offsets { best = Maximum()(best, elements[start + offset]) }
    return Double(best)
  }

  func integers(_ elements: [Int64], _ start: Int, _ offsets: [Int]) -> Int64 {
    offsets.reduce(Int64.min) { max($0, elements[start + $1]) }
  }
}

/// The smallest; ∞ or the largest whole number of nothing; NaN if one is NaN.
struct Smallest: Reduction {
  func floats<E: KernelFloat>(_ elements: [E], _ start: Int, _ offsets: [Int]) -> Double {
    var best = E.infinity
    for offset in offsets { best = Minimum()(best, elements[start + offset]) }
    return Double(best)
  }

  func integers(_ elements: [Int64], _ start: Int, _ offsets: [Int]) -> Int64 {
    offsets.reduce(Int64.max) { min($0, elements[start + $1]) }
  }
}

/// log Σ exp(x), from the largest down, so that nothing overflows.
struct LogOfSumOfExponentials: Reduction {
  func floats<E: KernelFloat>(_ elements: [E], _ start: Int, _ offsets: [Int]) -> Double {
    let top = Largest().floats(elements, start, offsets)
    guard top.isFinite else { return top }
    var total = 0.0
    for offset in offsets { total += Double.exp(Double(elements[start + offset]) - top) }
    return top + Double.log(total)
  }

  func integers(_ elements: [Int64], _ start: Int, _ offsets: [Int]) -> Int64 {
    let doubles = offsets.map { Double(elements[start + $0]) }
    return Int64(clamping: floats(doubles, 0, Array(doubles.indices)))
  }
}
