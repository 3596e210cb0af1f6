/// What is added to the scores of Attention: the mask, causality, padding.
struct AttentionBias<E: KernelFloat> {
  private let mask: [E]?
  /// Steps of the mask along batch, head, query and key.
  private let steps: [Int]
  /// Keys the mask covers; none behind them are seen.
  private let covered: Int
  /// Keys before the first query; nil where order does not matter.
  private let past: Int?
  /// Keys that are no padding, for each batch.
  private let lengths: [Int64]?

  init(
    _ context: KernelContext, batch: Int, heads: Int, queries: Int, keys: Int, past: Int
  ) throws {
    self.past = try context.flag("is_causal") ? past : nil
    lengths = try context.optionalInput(6) == nil ? nil : context.integers(6)
    guard lengths.map({ $0.count == batch }) ?? true else {
      throw EvaluationError.Problem.badInput("lengths for another batch")
    }
    guard let given = context.optionalInput(3) else {
      (mask, steps, covered) = (nil, [0, 0, 0, 0], keys)
      return
    }
    if let truths = given.integers {
      mask = truths.map { $0 != 0 ? 0 : -.infinity }
    } else {
      mask = given.doubles().map { E($0) }
    }
    let last = given.shape.last ?? 1
    covered = last == 1 ? keys : last
    let target = [batch, heads, queries, last]
    guard covered <= keys, try Broadcast.shape([given.shape, target]) == target else {
      throw EvaluationError.Problem.badInput("a mask \(given.shape) for scores \(target)")
    }
    steps = Broadcast.steps(of: given.shape, in: target)
  }

  func value(_ batch: Int, _ head: Int, _ query: Int, _ key: Int) -> E {
    if let past, key > query + past { return -.infinity }
    if let lengths, Int64(key) >= lengths[batch] { return -.infinity }
    guard let mask else { return 0 }
    guard key < covered else { return -.infinity }
    return mask[batch * steps[0] + head * steps[1] + query * steps[2] + key * steps[3]]
  }
}
