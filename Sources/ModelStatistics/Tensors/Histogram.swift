internal import ModelIR

/// Finite elements of a tensor counted in bins of equal width.
struct Histogram {
  let minimum: Double
  let maximum: Double
  private(set) var counts: [Int]

  /// Counts the elements of a tensor.
  init(_ tensor: Tensor, from minimum: Double, to maximum: Double, bins: Int) throws {
    self.minimum = minimum
    self.maximum = maximum
    var counts = [Int](repeating: 0, count: bins)
    let place = Self.place(minimum, maximum, bins)
    try tensor.forEachDoubles { piece, _ in
      for element in piece where element.isFinite { counts[place(element)] += 1 }
    }
    self.counts = counts
  }

  /// The bin of an element; larger elements never stand in a lower bin.
  private static func place(
    _ minimum: Double, _ maximum: Double, _ bins: Int
  ) -> (Double) -> Int {
    // Halved first: the distance of the ends may be infinite.
    let half = maximum / 2 - minimum / 2
    let factor = half > 0 ? Double(bins) / half : 0
    return { element in
      let position = (element / 2 - minimum / 2) * factor
      return position.isFinite ? min(bins - 1, max(0, Int(position))) : 0
    }
  }

  /// Counts of `size` neighbouring bins together.
  func joined(by size: Int) -> [Int] {
    stride(from: 0, to: counts.count, by: size).map { start in
      counts[start..<min(start + size, counts.count)].reduce(0, +)
    }
  }

  /// The quantiles at probabilities p: between the elements next to rank p·(n − 1), linearly.
  func quantiles(_ probabilities: [Double], of tensor: Tensor) throws -> [Double] {
    let total = counts.reduce(0, +)
    guard total > 0 else { return [] }
    let ranks = probabilities.map { min(max($0, 0), 1) * Double(total - 1) }
    var wanted: Set<Int> = []
    for rank in ranks { wanted.formUnion([Int(rank), min(Int(rank) + 1, total - 1)]) }
    let elements = try elements(at: wanted.sorted(), of: tensor)
    return ranks.map { rank in
      let low = elements[Int(rank)] ?? minimum
      let high = elements[min(Int(rank) + 1, total - 1)] ?? low
      let fraction = rank - rank.rounded(.down)
      return low + (high - low) * fraction
    }
  }

  /// The elements that stand at positions of the sorted order: only those of the bins that hold
  /// them are collected and sorted.
  private func elements(at positions: [Int], of tensor: Tensor) throws -> [Int: Double] {
    var starts: [Int: Int] = [:]
    var start = 0
    var next = positions[...]
    for (bin, count) in counts.enumerated() where count > 0 {
      while let position = next.first, position < start + count {
        starts[bin] = start
        next.removeFirst()
      }
      start += count
    }
    var collected: [Int: [Double]] = [:]
    let place = Self.place(minimum, maximum, counts.count)
    var isWanted = [Bool](repeating: false, count: counts.count)
    for bin in starts.keys { isWanted[bin] = true }
    try tensor.forEachDoubles { piece, _ in
      for element in piece where element.isFinite {
        let bin = place(element)
        if isWanted[bin] { collected[bin, default: []].append(element) }
      }
    }
    var result: [Int: Double] = [:]
    for (bin, start) in starts {
      let sorted = (collected[bin] ?? []).sorted()
      for position in positions where position >= start && position < start + sorted.count {
        result[position] = sorted[position - start]
      }
    }
    return result
  }
}
