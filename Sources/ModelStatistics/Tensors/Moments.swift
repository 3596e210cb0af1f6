/// Count, mean and sum of squared deviations of a stream of numbers; two of them can be joined.
///
///     mean = Σx/n        sumOfSquares = Σ(x − mean)²        variance = sumOfSquares / n
///
/// Accuracy: relative error of the variance about n·u·(1 + mean²/variance) at worst, far less in
/// practice, since pieces are summed around their own mean.
/// Source: Chan, Golub, LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample
/// Variances" (1979).
public struct Moments: Sendable, Hashable {
  /// How many numbers.
  public private(set) var count = 0
  /// Their mean; 0 where there are none.
  public private(set) var mean = 0.0
  /// The sum of the squares of their distances from the mean.
  public private(set) var sumOfSquares = 0.0

  /// No numbers.
  public init() {}

  /// Moments that were taken before; nil for what no numbers have.
  public init?(count: Int, mean: Double, sumOfSquares: Double) {
    guard count >= 0, sumOfSquares.isNaN || sumOfSquares >= 0 else { return nil }
    guard count > 0 || (mean == 0 && sumOfSquares == 0) else { return nil }
    self.count = count
    self.mean = mean
    self.sumOfSquares = sumOfSquares
  }

  /// The moments of some numbers.
  public init(_ numbers: some Collection<Double>) {
    guard !numbers.isEmpty else { return }
    count = numbers.count
    mean = numbers.reduce(0, +) / Double(count)
    var rest = 0.0
    for number in numbers {
      let deviation = number - mean
      rest += deviation
      sumOfSquares += deviation * deviation
    }
    center(rest)
  }

  /// The moments of `length` neighbouring numbers at each start.
  init(of numbers: [Double], runs: StrideTo<Int>, length: Int) {
    var sum = 0.0
    for start in runs {
      count += length
      for index in start..<(start + length) { sum += numbers[index] }
    }
    guard count > 0 else { return }
    mean = sum / Double(count)
    var rest = 0.0
    for start in runs {
      for index in start..<(start + length) {
        let deviation = numbers[index] - mean
        rest += deviation
        sumOfSquares += deviation * deviation
      }
    }
    center(rest)
  }

  /// Takes out of mean and squares what the rounding of the first sum left in them; `rest` is the
  /// sum of the distances from the mean.
  private mutating func center(_ rest: Double) {
    let shift = rest / Double(count)
    mean += shift
    sumOfSquares = max(0, sumOfSquares - rest * shift)
  }

  /// Adds one number.
  public mutating func add(_ number: Double) {
    count += 1
    let deviation = number - mean
    mean += deviation / Double(count)
    sumOfSquares += deviation * (number - mean)
  }

  /// Joins with the moments of other numbers.
  public mutating func add(_ other: Moments) {
    guard other.count > 0 else { return }
    guard count > 0 else {
      self = other
      return
    }
    let total = Double(count + other.count)
    let difference = other.mean - mean
    sumOfSquares +=
      other.sumOfSquares + difference * difference * Double(count)
      * (Double(other.count) / total)
    mean += difference * (Double(other.count) / total)
    count += other.count
  }

  /// Population variance (÷ n), which is what batch normalization uses; 0 where there are none.
  public var variance: Double { count > 0 ? max(0, sumOfSquares / Double(count)) : 0 }

  /// The root of the population variance.
  public var standardDeviation: Double { variance.squareRoot() }
}
