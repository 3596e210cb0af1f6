internal import ModelIR

/// The inputs that RNN, GRU and LSTM share, in one number type.
///
/// Shapes: X [time, batch, input]; W [directions, gates·hidden, input]; R [directions, gates·hidden,
/// hidden]; B [directions, 2·gates·hidden]; initial states [directions, batch, hidden]; with
/// `layout` 1 the batch comes first.
struct RecurrentWeights<E: KernelFloat> {
  let time: Int
  let batch: Int
  let inputSize: Int
  let hidden: Int
  let directions: Int
  let gates: Int
  /// Which directions run backwards.
  let backward: [Bool]
  /// Steps of each sequence of the batch.
  let lengths: [Int]
  let batchFirst: Bool
  /// X as [time, batch, input].
  let x: [E]
  let w: [E]
  let r: [E]
  /// Zeros where none is given.
  let b: [E]

  init(_ context: KernelContext, gates: Int) throws {
    let (input, weight) = (try context.input(0), try context.input(1))
    let recurrence = try context.input(2)
    batchFirst = try context.int("layout", default: 0) == 1
    guard input.rank == 3, weight.rank == 3, recurrence.rank == 3 else {
      throw EvaluationError.Problem.badInput("X, W and R must have rank 3")
    }
    time = input.shape[batchFirst ? 1 : 0]
    batch = input.shape[batchFirst ? 0 : 1]
    inputSize = input.shape[2]
    directions = weight.shape[0]
    hidden = recurrence.shape[2]
    self.gates = gates
    guard weight.shape == [directions, gates * hidden, inputSize],
      recurrence.shape == [directions, gates * hidden, hidden]
    else {
      throw EvaluationError.Problem.badInput("W \(weight.shape) and R \(recurrence.shape)")
    }
    switch try context.text("direction", default: "forward") {
    case "forward": backward = [false]
    case "reverse": backward = [true]
    case "bidirectional": backward = [false, true]
    case let other: throw EvaluationError.Problem.badInput("direction \"\(other)\"")
    }
    guard backward.count == directions else {
      throw EvaluationError.Problem.badInput("weights of \(directions) directions")
    }
    let steps = time
    lengths =
      try context.optionalInput(4) == nil
      ? [Int](repeating: time, count: batch)
      : context.integers(4).map { min(max(0, Int($0)), steps) }
    guard lengths.count == batch else {
      throw EvaluationError.Problem.badInput("\(lengths.count) lengths for a batch of \(batch)")
    }
    let elements = try context.floats(0, as: E.self)
    x = batchFirst ? Self.swapped(elements, batch, time, inputSize) : elements
    w = try context.floats(1, as: E.self)
    r = try context.floats(2, as: E.self)
    let biasCount = directions * 2 * gates * hidden
    b =
      try context.optionalFloats(3, as: E.self)
      ?? [E](repeating: 0, count: biasCount)
    guard b.count == biasCount else { throw EvaluationError.Problem.badInput("B's shape") }
  }

  /// An initial state [directions, batch, hidden], zeros where none is given.
  func initialState(_ context: KernelContext, _ position: Int) throws -> [E] {
    let count = directions * batch * hidden
    guard let given = try context.optionalFloats(position, as: E.self) else {
      return [E](repeating: 0, count: count)
    }
    guard given.count == count else {
      throw EvaluationError.Problem.badInput("an initial state of another shape")
    }
    return batchFirst ? Self.swapped(given, batch, directions, hidden) : given
  }

  /// [a, b, c] → [b, a, c].
  static func swapped(_ elements: [E], _ a: Int, _ b: Int, _ c: Int) -> [E] {
    var result = elements
    for i in 0..<a {
      for j in 0..<b {
        for k in 0..<c { result[(j * a + i) * c + k] = elements[(i * b + j) * c + k] }
      }
    }
    return result
  }

  /// W·x of one step plus its bias, for every gate: [gates·hidden].
  func inputPart(_ direction: Int, _ step: Int, _ row: Int) -> [E] {
    let first = (step * batch + row) * inputSize
    return (0..<(gates * hidden)).map { unit in
      let weights = (direction * gates * hidden + unit) * inputSize
      var sum = b[direction * 2 * gates * hidden + unit]
      for index in 0..<inputSize { sum += w[weights + index] * x[first + index] }
      return sum
    }
  }

  /// R·h plus its bias for some of the gates' units.
  func recurrentPart(_ direction: Int, _ h: ArraySlice<E>, units: Range<Int>) -> [E] {
    units.map { unit in
      let weights = (direction * gates * hidden + unit) * hidden
      var sum = b[(direction * 2 + 1) * gates * hidden + unit]
      for index in 0..<hidden { sum += r[weights + index] * h[h.startIndex + index] }
      return sum
    }
  }

  /// The outputs Y [time, directions, batch, hidden] and a final state, in the caller's layout.
  func outputs(_ y: [E], states: [[E]], _ context: KernelContext) throws -> [RuntimeTensor?] {
    var sequence = y
    var shape = [time, directions, batch, hidden]
    if batchFirst {
      shape = [batch, time, directions, hidden]
      sequence = Self.swapped(y, time * directions, batch, hidden)
    }
    let whole = try context.result(shape, sequence)
    return try whole
      + states.flatMap { state in
        batchFirst
          ? try context.result(
            [batch, directions, hidden], Self.swapped(state, directions, batch, hidden))
          : try context.result([directions, batch, hidden], state)
      }
  }
}
