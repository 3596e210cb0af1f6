internal import ModelIR

/// The values alive in one graph while it runs; a body's frame sees those of the graphs around it.
final class ExecutionFrame {
  /// The frame of the graph around a body; nil for the main graph and for functions.
  let parent: ExecutionFrame?
  /// What the call of a function gave its attributes; nil outside functions.
  let functionAttributes: [String: AttributeValue]?
  /// The operator sets in force.
  let opsets: [String: Int]
  /// Calls and bodies around this frame.
  let depth: Int
  /// Inputs of a function that its caller left out.
  var absent: Set<ValueID> = []
  /// What is alive.
  var values: [ValueID: RuntimeTensor] = [:]

  init(
    parent: ExecutionFrame?, functionAttributes: [String: AttributeValue]?,
    opsets: [String: Int], depth: Int
  ) {
    self.parent = parent
    self.functionAttributes = functionAttributes
    self.opsets = opsets
    self.depth = depth
  }

  /// The value alive here or around, or nil.
  func value(_ id: ValueID) -> RuntimeTensor? {
    var frame: ExecutionFrame? = self
    while let current = frame {
      if let value = current.values[id] { return value }
      frame = current.parent
    }
    return nil
  }
}
