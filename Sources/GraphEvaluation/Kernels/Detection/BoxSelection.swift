internal import ModelIR

/// NonMaxSuppression: boxes by score, without those that overlap a better one.
///
/// Source: ONNX operators NonMaxSuppression-10/11.
enum BoxSelection {
  static let table: [KernelEntry] = [KernelEntry("NonMaxSuppression") { try select($0) }]

  /// A box by its corners.
  private struct Box {
    let low: (Double, Double)
    let high: (Double, Double)

    init(_ numbers: ArraySlice<Double>, isCentred: Bool) {
      let n = Array(numbers)
      if isCentred {
        low = (n[0] - n[2] / 2, n[1] - n[3] / 2)
        high = (n[0] + n[2] / 2, n[1] + n[3] / 2)
      } else {
        low = (min(n[0], n[2]), min(n[1], n[3]))
        high = (max(n[0], n[2]), max(n[1], n[3]))
      }
    }

    var area: Double { (high.0 - low.0) * (high.1 - low.1) }

    /// Intersection over union; 0 where they do not meet or one is empty.
    func overlap(_ other: Box) -> Double {
      let width = min(high.0, other.high.0) - max(low.0, other.low.0)
      let height = min(high.1, other.high.1) - max(low.1, other.low.1)
      guard width > 0, height > 0, area > 0, other.area > 0 else { return 0 }
      let shared = width * height
      return shared / (area + other.area - shared)
    }
  }

  private static func select(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let (boxes, scores) = (try context.input(0), try context.input(1))
    guard boxes.rank == 3, scores.rank == 3, boxes.shape[2] == 4,
      boxes.shape[0] == scores.shape[0], boxes.shape[1] == scores.shape[2]
    else {
      throw EvaluationError.Problem.badInput("boxes \(boxes.shape), scores \(scores.shape)")
    }
    let limit = Int(clamping: context.optionalInput(2)?.integers?.first ?? 0)
    let allowed = context.optionalInput(3)?.doubles().first ?? 0
    let threshold = context.optionalInput(4)?.doubles().first
    let isCentred = try context.flag("center_point_box")
    let (corners, points) = (boxes.doubles(), scores.doubles())
    let count = boxes.shape[1]
    var chosen: [Int64] = []
    for batch in 0..<boxes.shape[0] {
      let candidates = (0..<count).map { box in
        let first = (batch * count + box) * 4
        return Box(corners[first..<(first + 4)], isCentred: isCentred)
      }
      for group in 0..<scores.shape[1] {
        let base = (batch * scores.shape[1] + group) * count
        let order = (0..<count)
          .filter { box in threshold.map { points[base + box] > $0 } ?? true }
          .sorted {
            points[base + $0] != points[base + $1]
              ? points[base + $0] > points[base + $1] : $0 < $1
          }
        var kept: [Int] = []
        for box in order where kept.count < max(0, limit) {
          if kept.contains(where: { candidates[box].overlap(candidates[$0]) > allowed }) {
            continue
          }
          kept.append(box)
          chosen += [Int64(batch), Int64(group), Int64(box)]
        }
      }
    }
    return [RuntimeTensor(chosen, shape: [chosen.count / 3, 3])]
  }
}
