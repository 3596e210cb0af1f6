public import ModelIR

/// The attributes of the ReduceX operators.
public struct ReductionAttributes: Sendable, Hashable {
  /// Reduced axes stay with an extent of 1.
  public var keepsDimensions: Bool
  /// No axes means that nothing is reduced, instead of everything.
  public var noAxesMeansNone: Bool
  /// The axes attribute of older opsets.
  public var axes: [Int]?

  /// Reads the attributes of a reduction.
  public init(_ node: Node) throws(AttributeError) {
    keepsDimensions = try node.flag("keepdims", or: true)
    noAxesMeansNone = try node.flag("noop_with_empty_axes")
    axes = try node.ints("axes")
  }

  /// The reduced axes in ascending order for an input of `rank`; nil where one is outside.
  ///
  /// `input` is what the axes input holds (nil where it is absent).
  public func resolved(rank: Int, input: [Int]?) -> [Int]? {
    let stated = input ?? axes ?? []
    if stated.isEmpty { return noAxesMeansNone ? [] : Array(0..<rank) }
    return Axes.resolve(stated, rank: rank)?.sorted()
  }

  /// The output's extents when `axes` (counted from the front) are reduced.
  public func reduced<Extent>(_ input: [Extent], axes: [Int], one: Extent) -> [Extent] {
    input.indices.compactMap { axis in
      axes.contains(axis) ? (keepsDimensions ? one : nil) : input[axis]
    }
  }
}
