public import ModelIR

/// Attributes of the operators that move data without changing it.
public enum ShapeAttributes {
  /// Transpose's permutation: output axis i is input axis result[i]; reversed where absent.
  public static func permutation(_ node: Node, rank: Int) throws(AttributeError) -> [Int] {
    guard let stated = try node.ints("perm") else { return Array((0..<rank).reversed()) }
    guard stated.count == rank else {
      throw AttributeError("perm", .wrongCount(found: stated.count, expected: rank))
    }
    guard let axes = Axes.resolve(stated, rank: rank) else {
      throw AttributeError("perm", .outOfRange(expected: "a permutation of 0 ..< \(rank)"))
    }
    return axes
  }

  /// The axis attribute of a node, counted from the front.
  public static func axis(
    _ node: Node, or absent: Int, rank: Int
  ) throws(AttributeError) -> Int {
    guard let axis = Axes.resolve(try node.int("axis", or: absent), rank: rank) else {
      throw AttributeError("axis", .outOfRange(expected: "inside \(-rank) ..< \(rank)"))
    }
    return axis
  }

  /// Concat's axis (opset 1 had 1 where it is absent; later opsets require it).
  public static func concatAxis(
    _ node: Node, rank: Int, opset: Int
  ) throws(AttributeError) -> Int {
    let isStated = try node.int("axis") != nil
    guard isStated || opset < 4 else { throw AttributeError("axis", .missing) }
    return try axis(node, or: 1, rank: rank)
  }

  /// Flatten's axis: outputs are [Π before, Π from it on]; unlike others it may equal the rank.
  public static func flattenAxis(_ node: Node, rank: Int) throws(AttributeError) -> Int {
    let stated = try node.int("axis", or: 1)
    let axis = stated < 0 ? stated &+ rank : stated
    guard axis >= 0, axis <= rank else {
      throw AttributeError("axis", .outOfRange(expected: "inside \(-rank) ... \(rank)"))
    }
    return axis
  }

  /// Softmax's, LogSoftmax's and Hardmax's axis; before opset 13 the input is flattened there to
  /// a matrix whose rows are normalized.
  public static func softmaxAxis(
    _ node: Node, rank: Int, opset: Int
  ) throws(AttributeError) -> (axis: Int, flattens: Bool) {
    let axis = try axis(node, or: opset < 13 ? 1 : -1, rank: rank)
    return (axis, opset < 13)
  }

  /// The parts that Split makes along an axis of `extent`: `stated` are the numbers of the split
  /// attribute or input, else equal parts, the last smaller (num_outputs, from opset 18 on).
  public static func splitParts(
    _ node: Node, extent: Int, stated: [Int]?
  ) throws(AttributeError) -> [Int] {
    if let stated {
      guard stated.count == node.outputs.count else {
        throw AttributeError(
          "split", .wrongCount(found: stated.count, expected: node.outputs.count))
      }
      var rest = extent
      for part in stated {
        guard part >= 0, part <= rest else {
          throw AttributeError("split", .outOfRange(expected: "parts that sum up to \(extent)"))
        }
        rest -= part
      }
      guard rest == 0 else {
        throw AttributeError("split", .outOfRange(expected: "parts that sum up to \(extent)"))
      }
      return stated
    }
    let count = try node.int("num_outputs", or: node.outputs.count)
    guard count >= 1, count == node.outputs.count else {
      throw AttributeError("num_outputs", .outOfRange(expected: "\(node.outputs.count)"))
    }
    let part = (extent + count - 1) / count
    return (0..<count).map { max(0, min(part, extent - $0 * part)) }
  }

  /// The axes of a node that had them as an attribute and later as an input (Squeeze, Unsqueeze,
  /// ReduceX): `input` is what is known of that input.
  public static func axes(_ node: Node, input: [Int]?) throws(AttributeError) -> [Int]? {
    if let input { return input }
    return try node.ints("axes")
  }

  /// What extents become by Reshape; nil where counts do not fit.
  ///
  /// A request of 0 copies the extent (unless `allowZero`), −1 takes what is left.
  public static func reshaped(_ input: [Int], to request: [Int], allowZero: Bool) -> [Int]? {
    var result = request
    var open: Int?
    for (axis, extent) in request.enumerated() {
      if extent == 0, !allowZero {
        guard axis < input.count else { return nil }
        result[axis] = input[axis]
      } else if extent == -1 {
        guard open == nil else { return nil }
        open = axis
        result[axis] = 1
      } else if extent < 0 {
        return nil
      }
    }
    guard let total = TensorShape(input)?.elementCount,
      let known = TensorShape(result)?.elementCount
    else { return nil }
    if let open {
      // Nothing says what is left when the rest is empty already.
      guard known > 0, total % known == 0 else { return nil }
      result[open] = total / known
    } else if known != total {
      return nil
    }
    return result
  }

  /// Squeeze: `input` without `axes`, or without all extents of 1 where none are given; nil where
  /// an axis is outside or its extent is not 1.
  public static func squeezed(_ input: [Int], axes: [Int]?) -> [Int]? {
    guard let axes else { return input.filter { $0 != 1 } }
    guard let resolved = Axes.resolve(axes, rank: input.count).map(Set.init),
      resolved.allSatisfy({ input[$0] == 1 })
    else { return nil }
    return input.indices.filter { !resolved.contains($0) }.map { input[$0] }
  }

  /// Unsqueeze: extents of 1 put in at `axes` of the output; nil where one is outside.
  public static func unsqueezed(_ input: [Int], axes: [Int]) -> [Int]? {
    let rank = input.count + axes.count
    guard let resolved = Axes.resolve(axes, rank: rank).map(Set.init) else { return nil }
    var rest = input[...]
    return (0..<rank).map { resolved.contains($0) ? 1 : rest.popFirst() ?? 1 }
  }
}
