internal import ModelIR

/// LSTM, GRU and RNN: X [sequence, batch, features], or batch first with layout 1.
enum RecurrentShapes {
  static let rules: [String: ShapeRule] = [
    "LSTM": recurrent, "GRU": recurrent, "RNN": recurrent,
  ]

  private static func recurrent(_ context: NodeShapes) throws {
    let node = context.node
    let hidden: Dimension
    if let size = try node.int("hidden_size") {
      hidden = .known(size)
    } else {
      // R is [directions, gates · hidden, hidden].
      hidden = context.shape(2).flatMap { $0.count == 3 ? $0[2] : nil } ?? .unknown
    }
    let directions = Dimension.known(try node.text("direction") == "bidirectional" ? 2 : 1)
    let batchFirst = try node.flag("layout")
    let input = context.shape(0)
    if let input, input.count != 3 { throw ShapeMismatch("the input must have 3 axes") }
    let length = input?[batchFirst ? 1 : 0] ?? .unknown
    let batch = input?[batchFirst ? 0 : 1] ?? .unknown
    let type = context.type(0)
    if batchFirst {
      context.set(0, type: type, [batch, length, directions, hidden])
      for output in 1...2 { context.set(output, type: type, [batch, directions, hidden]) }
    } else {
      context.set(0, type: type, [length, directions, batch, hidden])
      for output in 1...2 { context.set(output, type: type, [directions, batch, hidden]) }
    }
  }
}
