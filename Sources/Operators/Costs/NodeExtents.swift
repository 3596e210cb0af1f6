internal import ByteStore
internal import ModelIR

/// Known extents of one node's values.
struct NodeExtents {
  let node: Node
  let model: Model
  let shapes: ShapeInference

  func input(_ position: Int) -> [Int]? {
    node.input(position).flatMap { shapes.shape(of: $0) }
  }

  func output(_ position: Int = 0) -> [Int]? {
    node.output(position).flatMap { shapes.shape(of: $0) }
  }

  func inputCount(_ position: Int = 0) -> Int? { input(position).flatMap(Self.count) }

  func outputCount(_ position: Int = 0) -> Int? { output(position).flatMap(Self.count) }

  static func count(_ extents: [Int]) -> Int? { CheckedArithmetic.product(extents) }

  static func sum(_ a: Int, _ b: Int) -> Int? { CheckedArithmetic.sum(a, b) }

  /// The product of numbers, nil where one is not known or it does not fit.
  static func product(_ factors: Int?...) -> Int? {
    var result = 1
    for factor in factors {
      guard let factor, let product = CheckedArithmetic.product(result, factor) else { return nil }
      result = product
    }
    return result
  }
}
