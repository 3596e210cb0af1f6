internal import GraphEvaluation
internal import ModelIR

/// Layer 4's figures of one value on one sample.
///
/// D and O are the written and the original model as deployed, R the original in Double.
enum FigureSums {
  /// Why there are no figures.
  enum Problem: Error {
    /// An element is finite in O and R and not in D.
    case notFinite(ElementDifference)
    /// O and R have other shapes: NonZero and the like decide it, by numbers that rounding moves.
    case undecidedShape
  }

  /// Compares; D has the shape of R.
  static func figures(
    graph: String, name: String, written: RuntimeTensor, original: RuntimeTensor,
    reference: RuntimeTensor, isOutput: Bool
  ) throws(Problem) -> ValueFigures {
    guard original.shape == reference.shape else { throw .undecidedShape }
    var figures = ValueFigures(graph: graph, name: name, type: reference.dataType.name)
    if let d = written.integers, let o = original.integers {
      figures.elements = d.count
      figures.differingIntegers = zip(d, o).count { $0 != $1 }
      return figures
    }
    var sums = ElementSums(largestOfType: reference.dataType.largestFinite)
    do {
      try sums.add(written, original, reference)
    } catch {
      throw .notFinite(error.element)
    }
    sums.fill(&figures, type: reference.dataType, shape: reference.shape)
    if isOutput {
      figures.classes = classes(
        written.doubles(), reference.doubles(), reference.shape, figures)
    }
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
}
