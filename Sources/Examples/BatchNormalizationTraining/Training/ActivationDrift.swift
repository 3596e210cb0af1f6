/// How steady the inputs of the last hidden activation are over a training.
///
/// The paper shows a typical activation; these are means over all units of the layer, and the unit
/// that is typical: the one whose own drift is the median of all.
struct ActivationDrift: Sendable, Hashable {
  /// Mean over units and over pairs of neighbouring checkpoints, from a tenth of the training on:
  /// |change of the median| over the mean distance of the 15th and 85th percentiles of that unit.
  ///
  /// Divided by its own spread, so that a unit does not count as steady for being small.
  var median: Double
  /// Mean over units: the largest over the smallest distance of the 15th and 85th percentiles.
  var spreadRatio: Double
  /// The unit whose drift is the median.
  var typicalUnit: Int

  /// Nothing where there are no two checkpoints with activations that are numbers and spread.
  init?(_ run: TrainingRun) {
    let checkpoints = run.checkpoints.filter { $0.step * 10 >= run.options.steps }
      .map(\.activations)
    guard let units = checkpoints.first?.count, units > 0, checkpoints.count > 1 else { return nil }
    var drifts: [Double] = []
    var ratios = 0.0
    for unit in 0..<units {
      let track = checkpoints.map { $0[unit] }
      let spreads = track.map { $0.high - $0.low }
      let spread = spreads.reduce(0, +) / Double(spreads.count)
      var moved = 0.0
      for (before, after) in zip(track, track.dropFirst()) {
        moved += abs(after.middle - before.middle)
      }
      drifts.append(moved / Double(track.count - 1) / spread)
      ratios += (spreads.max() ?? 0) / (spreads.min() ?? 1)
    }
    guard (drifts.reduce(0, +) + ratios).isFinite else { return nil }
    median = drifts.reduce(0, +) / Double(units)
    spreadRatio = ratios / Double(units)
    let order = drifts.indices.sorted { (drifts[$0], $0) < (drifts[$1], $1) }
    typicalUnit = order[units / 2]
  }
}
