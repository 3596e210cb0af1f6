internal import ModelIR

/// RNN, GRU and LSTM, step by step.
///
/// Source: ONNX operators RNN-1…22, GRU-1…22, LSTM-1…22, whose equations these are.
enum RecurrentKernels {
  static let table: [KernelEntry] = [
    KernelEntry("RNN") { try $0.inDouble ? rnn($0, Double.self) : rnn($0, Float.self) },
    KernelEntry("GRU") { try $0.inDouble ? gru($0, Double.self) : gru($0, Float.self) },
    KernelEntry("LSTM") { try $0.inDouble ? lstm($0, Double.self) : lstm($0, Float.self) },
  ]

  /// Runs every sequence; `step` turns the states of one row into the next ones, the first of
  /// which is the output.
  private static func run<E: KernelFloat>(
    _ weights: RecurrentWeights<E>, states: inout [[E]],
    step: (_ direction: Int, _ time: Int, _ row: Int, _ states: [ArraySlice<E>]) -> [[E]]
  ) -> [E] {
    let (batch, hidden, directions) = (weights.batch, weights.hidden, weights.directions)
    var y = [E](repeating: 0, count: weights.time * directions * batch * hidden)
    for direction in 0..<directions {
      for row in 0..<batch {
        let place = (direction * batch + row) * hidden
        for count in 0..<weights.lengths[row] {
          let time = weights.backward[direction] ? weights.lengths[row] - 1 - count : count
          let next = step(direction, time, row, states.map { $0[place..<(place + hidden)] })
          for (position, state) in next.enumerated() {
            states[position].replaceSubrange(place..<(place + hidden), with: state)
          }
          let output = ((time * directions + direction) * batch + row) * hidden
          y.replaceSubrange(output..<(output + hidden), with: next[0])
        }
      }
    }
    return y
  }

  private static func clipped<E: KernelFloat>(_ value: E, _ limit: Double?) -> E {
    guard let limit else { return value }
    return Limits(low: -limit, high: limit)(value)
  }

  /// H = f(W·x + R·h + Wb + Rb).
  private static func rnn<E: KernelFloat>(
    _ context: KernelContext, _: E.Type
  ) throws -> [RuntimeTensor?] {
    let weights = try RecurrentWeights<E>(context, gates: 1)
    let activations = try GateActivation.list(
      context, defaults: ["Tanh"], directions: weights.directions)
    let limit = try context.float("clip")
    var states = [try weights.initialState(context, 5)]
    let y = run(weights, states: &states) { direction, time, row, states in
      let input = weights.inputPart(direction, time, row)
      let recurrent = weights.recurrentPart(direction, states[0], units: 0..<weights.hidden)
      return [
        zip(input, recurrent).map { activations[direction][0](clipped($0 + $1, limit)) }
      ]
    }
    return try weights.outputs(y, states: states, context)
  }

  /// Gates z (update), r (reset), h (new): H = (1 − z)·h + z·H₋₁, where the reset acts on H₋₁
  /// before the product with R, or on the product (`linear_before_reset`).
  private static func gru<E: KernelFloat>(
    _ context: KernelContext, _: E.Type
  ) throws -> [RuntimeTensor?] {
    let weights = try RecurrentWeights<E>(context, gates: 3)
    let activations = try GateActivation.list(
      context, defaults: ["Sigmoid", "Tanh"], directions: weights.directions)
    let limit = try context.float("clip")
    let resetsProduct = try context.flag("linear_before_reset")
    let hidden = weights.hidden
    var states = [try weights.initialState(context, 5)]
    let y = run(weights, states: &states) { direction, time, row, states in
      let h = states[0]
      let input = weights.inputPart(direction, time, row)
      let recurrent = weights.recurrentPart(direction, h, units: 0..<(2 * hidden))
      let (f, g) = (activations[direction][0], activations[direction][1])
      let z = (0..<hidden).map { f(clipped(input[$0] + recurrent[$0], limit)) }
      let r = (0..<hidden).map {
        f(clipped(input[hidden + $0] + recurrent[hidden + $0], limit))
      }
      let units = (2 * hidden)..<(3 * hidden)
      let product: [E]
      if resetsProduct {
        let whole = weights.recurrentPart(direction, h, units: units)
        product = (0..<hidden).map { r[$0] * whole[$0] }
      } else {
        let reset = (0..<hidden).map { r[$0] * h[h.startIndex + $0] }
        product = weights.recurrentPart(direction, reset[...], units: units)
      }
      let new = (0..<hidden).map { g(clipped(input[2 * hidden + $0] + product[$0], limit)) }
      return [(0..<hidden).map { (1 - z[$0]) * new[$0] + z[$0] * h[h.startIndex + $0] }]
    }
    return try weights.outputs(y, states: states, context)
  }

  /// Gates i (input), o (output), f (forget), c (cell), with peepholes P:
  /// C = f·C₋₁ + i·c, H = o·h(C).
  private static func lstm<E: KernelFloat>(
    _ context: KernelContext, _: E.Type
  ) throws -> [RuntimeTensor?] {
    let weights = try RecurrentWeights<E>(context, gates: 4)
    let activations = try GateActivation.list(
      context, defaults: ["Sigmoid", "Tanh", "Tanh"], directions: weights.directions)
    let limit = try context.float("clip")
    let couples = try context.flag("input_forget")
    let hidden = weights.hidden
    let peepholes =
      try context.optionalFloats(7, as: E.self)
      ?? [E](repeating: 0, count: weights.directions * 3 * hidden)
    guard peepholes.count == weights.directions * 3 * hidden else {
      throw EvaluationError.Problem.badInput("P's shape")
    }
    var states = [
      try weights.initialState(context, 5), try weights.initialState(context, 6),
    ]
    let y = run(weights, states: &states) { direction, time, row, states in
      let (h, c) = (states[0], Array(states[1]))
      let input = weights.inputPart(direction, time, row)
      let recurrent = weights.recurrentPart(direction, h, units: 0..<(4 * hidden))
      let all = zip(input, recurrent).map { $0 + $1 }
      let peep = direction * 3 * hidden
      let (f, g, last) = (
        activations[direction][0], activations[direction][1], activations[direction][2]
      )
      var (nextH, nextC) = ([E](), [E]())
      for unit in 0..<hidden {
        let i = f(clipped(all[unit] + peepholes[peep + unit] * c[unit], limit))
        let forget =
          couples
          ? 1 - i
          : f(
            clipped(
              all[2 * hidden + unit] + peepholes[peep + 2 * hidden + unit] * c[unit], limit))
        let cell = forget * c[unit] + i * g(clipped(all[3 * hidden + unit], limit))
        let o = f(
          clipped(all[hidden + unit] + peepholes[peep + hidden + unit] * cell, limit))
        nextC.append(cell)
        nextH.append(o * last(cell))
      }
      return [nextH, nextC]
    }
    return try weights.outputs(y, states: states, context)
  }
}
