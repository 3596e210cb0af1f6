internal import GraphEvaluation
internal import ModelIR

/// Layer 4's figures of one value on one sample.
///
/// D and O are the written and the original model as deployed, R the original in Double.
enum FigureSums {
  /// A value whose elements are finite in O and R and not in D.
  struct NotFinite: Error {
    var element: ElementDifference
  }

  /// Compares; all three have the same shape.
  static func figures(
    graph: String, name: String, written: RuntimeTensor, original: RuntimeTensor,
    reference: RuntimeTensor, isOutput: Bool
  ) throws(NotFinite) -> ValueFigures {
    var figures = ValueFigures(graph: graph, name: name, type: reference.dataType.name)
    if let d = written.integers, let o = original.integers {
      figures.elements = d.count
      figures.differingIntegers = zip(d, o).count { $0 != $1 }
      return figures
    }
    let (d, o, r) = (written.doubles(), original.doubles(), reference.doubles())
    var sums = Sums()
    let largest = reference.dataType.largestFinite
    for i in r.indices {
      guard r[i].isFinite, o[i].isFinite else {
        figures.notFinite += 1
        continue
      }
      guard d[i].isFinite else {
        // Rounding alone may carry a number over the edge of its type.
        guard o[i].magnitude < 0.99 * largest else { continue }
        let index = ElementComparison.coordinates(i, in: reference.shape)
        throw NotFinite(
          element: ElementDifference(
            index: index, found: d[i], expected: r[i], bound: 0, count: 1, worstRatio: .infinity))
      }
      sums.add(i, d[i], o[i], r[i])
    }
    sums.fill(&figures, type: reference.dataType, shape: reference.shape)
    if isOutput { figures.classes = classes(d, r, reference.shape, figures) }
    return figures
  }

  /// Row by row for [rows, classes]: where the largest score stands.
  private static func classes(
    _ d: [Double], _ r: [Double], _ shape: [Int], _ figures: ValueFigures
  ) -> ClassAgreement? {
    guard shape.count == 2, shape[0] > 0, (2...100_000).contains(shape[1]) else { return nil }
    let bound = 2 * max(figures.warningLevel, figures.rmsOriginal)
    var agreement = ClassAgreement(agreeing: 0, decided: 0, undecided: 0)
    for row in 0..<shape[0] {
      let range = (row * shape[1])..<((row + 1) * shape[1])
      guard let best = range.max(by: { r[$0] < r[$1] }),
        let chosen = range.max(by: { d[$0] < d[$1] })
      else { continue }
      let second = range.lazy.filter { $0 != best }.map { r[$0] }.max() ?? -.infinity
      guard r[best] - second > bound else {
        agreement.undecided += 1
        continue
      }
      agreement.decided += 1
      if best == chosen { agreement.agreeing += 1 }
    }
    return agreement
  }

  /// Sums over elements.
  private struct Sums {
    var count = 0
    var written = 0.0
    var original = 0.0
    var reference = 0.0
    var found = 0.0
    var product = 0.0
    var error = 0.0
    var largest = 0.0
    var worst: (element: Int, found: Double, expected: Double)?
    var worstError = 0.0

    mutating func add(_ element: Int, _ d: Double, _ o: Double, _ r: Double) {
      count += 1
      let e = d - r
      written += e * e
      original += (o - r) * (o - r)
      reference += r * r
      found += d * d
      product += d * r
      error += e
      largest = max(largest, r.magnitude)
      if e.magnitude > worstError {
        worstError = e.magnitude
        worst = (element, d, r)
      }
    }

    func fill(_ figures: inout ValueFigures, type: DataType, shape: [Int]) {
      guard count > 0 else { return }
      let n = Double(count)
      figures.elements = count
      figures.rmsWritten = (written / n).squareRoot()
      figures.rmsOriginal = (original / n).squareRoot()
      figures.rmsReference = (reference / n).squareRoot()
      figures.maximumError = worstError
      if largest > 0 { figures.maximumRelativeError = worstError / largest }
      let ulp = type.ulp(of: largest)
      if ulp > 0 { figures.maximumULP = worstError / ulp }
      figures.meanError = error / n
      if written > 0 {
        figures.signalToNoise = 10 * SystemLogarithm.decimal(reference / written)
      }
      if reference > 0, found > 0 {
        figures.cosine = product / (reference.squareRoot() * found.squareRoot())
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
          worstRatio: figures.warningLevel > 0 ? worstError / figures.warningLevel : .infinity)
      }
    }
  }
}
