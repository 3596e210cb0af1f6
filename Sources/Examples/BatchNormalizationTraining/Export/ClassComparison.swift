internal import ByteStore
internal import GraphEvaluation
internal import ModelFormats
internal import ModelIR
internal import ONNXFormat

/// Whether a trained network, its model and the folded model give the same classes.
///
/// The reference is the network's own mathematics in Double. Where its best score leads every other
/// by more than the bounds of both, all three must give the same class; below that, rounding may
/// decide.
struct ClassComparison: Sendable, Hashable {
  /// Test samples that were compared.
  var samples = 0
  /// Those whose lead exceeds the bound.
  var decided = 0
  /// Decided samples that the model and the folded model both put into the reference's class.
  var sameOfDecided = 0
  /// Samples that all three put into the same class.
  var same = 0
  /// The largest distance of a score from the reference over its bound, of the model.
  var worstOriginal = 0.0
  /// The same of the folded model.
  var worstFolded = 0.0
  /// The largest distance between scores of the model and of the folded one.
  var largestDifference = 0.0

  /// Whether nothing is decided otherwise, and no bound was exceeded.
  var holds: Bool { sameOfDecided == decided && worstOriginal <= 1 && worstFolded <= 1 }

  /// Compares two files on test samples.
  static func compare(
    _ network: Network<Float>, original: String, folded: String, on test: DigitSet
  ) throws -> ClassComparison {
    let runners = try [original, folded].map { path in
      try GraphRunner(
        model: ONNXReader().read(ByteSource(file: path), options: ReadOptions()).model,
        precision: .stored)
    }
    var result = ClassComparison()
    let image = network.plan.input
    for start in stride(from: 0, to: test.count, by: 500) {
      let places = Array(start..<min(test.count, start + 500))
      let images = test.images(places)
      let (scores, bounds) = ScoreBound.scores(of: network, images: images)
      let input = RuntimeTensor(
        images.elements, shape: [places.count, image.channels, image.height, image.width])
      let outputs = try runners.map { runner in
        let graph = runner.model[runner.model.mainGraph]
        let values = try runner.run(
          Dictionary(uniqueKeysWithValues: graph.inputs.map { ($0, input) }))
        return Matrix(
          rows: scores.rows, columns: scores.columns,
          elements: graph.outputs.first.flatMap { values[$0]?.doubles() } ?? [])
      }
      for row in 0..<scores.rows { result.add(row, scores, bounds, outputs[0], outputs[1]) }
    }
    return result
  }

  /// Takes one sample in.
  mutating func add(
    _ row: Int, _ scores: Matrix<Double>, _ bounds: Matrix<Double>, _ original: Matrix<Double>,
    _ folded: Matrix<Double>
  ) {
    let start = row * scores.columns
    let best = scores.largest(in: row)
    guard best >= 0 else { return }
    var isDecided = true
    for column in 0..<scores.columns {
      let place = start + column
      let (score, bound) = (scores.elements[place], bounds.elements[place])
      worstOriginal = max(worstOriginal, abs(original.elements[place] - score) / bound)
      worstFolded = max(worstFolded, abs(folded.elements[place] - score) / bound)
      largestDifference = max(
        largestDifference, abs(original.elements[place] - folded.elements[place]))
      let lead = scores.elements[start + best] - score
      if column != best, !(lead > bound + bounds.elements[start + best]) { isDecided = false }
    }
    let isSame = original.largest(in: row) == best && folded.largest(in: row) == best
    samples += 1
    same += isSame ? 1 : 0
    decided += isDecided ? 1 : 0
    sameOfDecided += isDecided && isSame ? 1 : 0
  }
}
