internal import GraphEvaluation
internal import ModelIR

/// What is summed up over the elements of one value: D and O are the written and the original model
/// as deployed, R the original in Double.
struct ElementSums {
  /// A value whose elements are finite in O and R and not in D.
  struct NotFinite: Error {
    var element: ElementDifference
  }

  /// Elements that are summed up at once; if some are not finite, one by one.
  private static let block = 4096

  /// The largest number of the type.
  let largestOfType: Double
  private var count = 0
  private var notFinite = 0
  private var totals = ElementTotals()
  private var worst: (element: Int, found: Double, expected: Double)?

  init(largestOfType: Double) { self.largestOfType = largestOfType }

  /// Adds all elements of D, O and R, which have the same shape.
  mutating func add(
    _ d: RuntimeTensor, _ o: RuntimeTensor, _ r: RuntimeTensor
  ) throws(NotFinite) {
    for start in stride(from: 0, to: r.count, by: Self.block) {
      let range = start..<min(start + Self.block, r.count)
      let sums = ElementTotals(written: d, original: o, reference: r, in: range)
      // What is not finite makes these so.
      guard (sums.writtenSquares + sums.originalSquares).isFinite else {
        try addEach(d, o, r, range)
        continue
      }
      if sums.worst > totals.worst {
        let (found, expected) = (d.doubles(in: range), r.doubles(in: range))
        let place = found.indices.first { (found[$0] - expected[$0]).magnitude == sums.worst }
        worst = place.map { (start + $0, found[$0], expected[$0]) }
      }
      count += range.count
      totals.add(sums)
    }
  }

  /// One by one, in a block of which some are not finite.
  private mutating func addEach(
    _ d: RuntimeTensor, _ o: RuntimeTensor, _ r: RuntimeTensor, _ range: Range<Int>
  ) throws(NotFinite) {
    let (found, original, expected) = (
      d.doubles(in: range), o.doubles(in: range), r.doubles(in: range)
    )
    for i in expected.indices {
      guard expected[i].isFinite, original[i].isFinite else {
        notFinite += 1
        continue
      }
      let element = range.lowerBound + i
      guard found[i].isFinite else {
        // Rounding alone may carry a number over the edge of its type.
        guard original[i].magnitude < 0.99 * largestOfType else { continue }
        throw NotFinite(
          element: ElementDifference(
            index: ElementComparison.coordinates(element, in: r.shape), found: found[i],
            expected: expected[i], bound: 0, count: 1, worstRatio: .infinity))
      }
      let sums = ElementTotals(written: found[i], original: original[i], reference: expected[i])
      if sums.worst > totals.worst { worst = (element, found[i], expected[i]) }
      count += 1
      totals.add(sums)
    }
  }

  /// Writes down what the sums say.
  func fill(_ figures: inout ValueFigures, type: DataType, shape: [Int]) {
    figures.notFinite = notFinite
    guard count > 0 else { return }
    let n = Double(count)
    figures.elements = count
    figures.rmsWritten = (totals.writtenSquares / n).squareRoot()
    figures.rmsOriginal = (totals.originalSquares / n).squareRoot()
    figures.rmsReference = (totals.referenceSquares / n).squareRoot()
    figures.maximumError = totals.worst
    if totals.largest > 0 { figures.maximumRelativeError = totals.worst / totals.largest }
    let ulp = type.ulp(of: totals.largest)
    if ulp > 0 { figures.maximumULP = totals.worst / ulp }
    figures.meanError = totals.errors / n
    if totals.writtenSquares > 0 {
      figures.signalToNoise =
        10 * SystemLogarithm.decimal(totals.referenceSquares / totals.writtenSquares)
    }
    if totals.referenceSquares > 0, totals.foundSquares > 0 {
      figures.cosine =
        totals.products
        / (totals.referenceSquares.squareRoot() * totals.foundSquares.squareRoot())
    }
    let u = type.unitRoundoff ?? 0x1p-24
    figures.warningLevel = 4 * figures.rmsOriginal + 16 * u * figures.rmsReference
    if count >= 32 {
      figures.deploymentRatio =
        figures.rmsWritten == 0
        ? 0
        : figures.warningLevel > 0 ? figures.rmsWritten / figures.warningLevel : .infinity
    }
    if let worst {
      figures.worst = ElementDifference(
        index: ElementComparison.coordinates(worst.element, in: shape), found: worst.found,
        expected: worst.expected, bound: figures.warningLevel, count: 0,
        worstRatio: figures.warningLevel > 0 ? totals.worst / figures.warningLevel : .infinity)
    }
  }
}
