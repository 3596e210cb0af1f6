internal import ModelIR
internal import Operators

/// What a Slice takes, in any opset, where all of it is constant.
struct SliceRequest {
  var starts: [Int]
  var ends: [Int]
  /// Nil: the first ones in order.
  var axes: [Int]?
  var steps: [Int]

  /// Nil where something is computed or lists do not fit.
  init?(_ node: Node, in context: SimplificationContext) throws(AttributeError) {
    if let starts = try node.ints("starts"), let ends = try node.ints("ends") {
      (self.starts, self.ends) = (starts, ends)
      axes = try node.ints("axes")
      steps = Array(repeating: 1, count: starts.count)
    } else {
      guard let starts = context.integers(node.input(1)),
        let ends = context.integers(node.input(2))
      else { return nil }
      (self.starts, self.ends) = (starts, ends)
      if node.input(3) != nil {
        guard let axes = context.integers(node.input(3)) else { return nil }
        self.axes = axes
      }
      steps = Array(repeating: 1, count: starts.count)
      if node.input(4) != nil {
        guard let steps = context.integers(node.input(4)) else { return nil }
        self.steps = steps
      }
    }
    guard ends.count == starts.count, steps.count == starts.count,
      axes.map({ $0.count == starts.count }) ?? true
    else { return nil }
  }

  /// Whether everything is taken, whatever the extents: from 0 to a number no extent reaches.
  var isUnbounded: Bool {
    starts.allSatisfy { $0 == 0 } && ends.allSatisfy { $0 >= Int(Int32.max) }
      && steps.allSatisfy { $0 == 1 }
  }
}
