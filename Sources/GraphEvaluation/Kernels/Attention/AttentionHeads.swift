/// Queries, keys or values as [batch, heads, length, size].
struct AttentionHeads<E: KernelFloat> {
  var batch: Int
  var heads: Int
  var length: Int
  var size: Int
  var elements: [E]
  /// Whether the input came as [batch, length, heads·size].
  var isMerged = false

  init(batch: Int, heads: Int, length: Int, size: Int, elements: [E]) {
    (self.batch, self.heads, self.length, self.size) = (batch, heads, length, size)
    self.elements = elements
  }

  init(_ context: KernelContext, input position: Int, heads count: Int?) throws {
    let input = try context.input(position)
    let numbers = try context.floats(position, as: E.self)
    if input.rank == 4 {
      self.init(
        batch: input.shape[0], heads: input.shape[1], length: input.shape[2],
        size: input.shape[3], elements: numbers)
      return
    }
    guard input.rank == 3, let count, count > 0, input.shape[2] % count == 0 else {
      throw EvaluationError.Problem.badInput("\(input.shape) in \(count ?? 0) heads")
    }
    self.init(
      batch: input.shape[0], heads: count, length: input.shape[1], size: input.shape[2] / count,
      elements: numbers)
    isMerged = true
    for row in 0..<batch {
      for step in 0..<length {
        for head in 0..<heads {
          let source = ((row * length + step) * heads + head) * size
          let target = offset(row, head, step)
          for index in 0..<size { elements[target + index] = numbers[source + index] }
        }
      }
    }
  }

  var shape: [Int] { [batch, heads, length, size] }

  /// The first element of one step of one head.
  func offset(_ row: Int, _ head: Int, _ step: Int) -> Int {
    ((row * heads + head) * length + step) * size
  }

  /// The elements as [batch, length, heads·size].
  func merged() -> [E] {
    var result = elements
    for row in 0..<batch {
      for step in 0..<length {
        for head in 0..<heads {
          let target = ((row * length + step) * heads + head) * size
          let source = offset(row, head, step)
          for index in 0..<size { result[target + index] = elements[source + index] }
        }
      }
    }
    return result
  }

  /// These behind the cached ones of an optional input, along the length.
  func appending(to context: KernelContext, past position: Int) throws -> AttentionHeads {
    guard let past = context.optionalInput(position) else { return self }
    guard past.rank == 4, past.shape[0] == batch, past.shape[1] == heads, past.shape[3] == size
    else { throw EvaluationError.Problem.badInput("a cache of shape \(past.shape) for \(shape)") }
    let cached = try context.floats(position, as: E.self)
    var whole = self
    whole.length += past.shape[2]
    _ = try context.count(of: whole.shape)
    let (before, after) = (past.shape[2] * size, length * size)
    whole.elements = []
    for row in 0..<(batch * heads) {
      whole.elements += cached[(row * before)..<((row + 1) * before)]
      whole.elements += elements[(row * after)..<((row + 1) * after)]
    }
    return whole
  }
}
