internal import ModelIR

/// Pools: output [N, C, O1…].
enum PoolShapes {
  static let rules: [String: ShapeRule] = [
    "MaxPool": pool, "AveragePool": pool, "LpPool": pool,
    "GlobalAveragePool": global, "GlobalMaxPool": global, "GlobalLpPool": global,
    "MaxRoiPool": maxRoiPool, "RoiAlign": roiAlign, "MaxUnpool": unpool,
  ]

  private static func pool(_ context: NodeShapes) throws {
    guard let input = context.shape(0) else {
      context.set(type: context.type(0), nil)
      context.set(1, type: .int64, nil)
      return
    }
    guard input.count >= 2 else { throw ShapeMismatch("a pool needs channels and extents") }
    let attributes = try PoolAttributes(context.node, spatialRank: input.count - 2)
    var output = Array(input[..<2])
    for axis in 0..<(input.count - 2) {
      let kernel = attributes.kernel[axis]
      if let positions = input[axis + 2].value {
        guard let window = attributes.window(axis: axis, input: positions) else {
          throw ShapeMismatch("a kernel of \(kernel) does not fit into \(positions) positions")
        }
        output.append(.known(window.output))
      } else {
        let same = WindowExtent.unchanged(attributes.window, axis: axis, kernel: kernel)
        output.append(same ? input[axis + 2] : .unknown)
      }
    }
    context.set(type: context.type(0), output)
    context.set(1, type: .int64, output)
  }

  private static func global(_ context: NodeShapes) throws {
    let output = context.shape(0)?.enumerated().map { $0.offset < 2 ? $0.element : .known(1) }
    context.set(type: context.type(0), output)
  }

  private static func maxRoiPool(_ context: NodeShapes) throws {
    guard let pooled = try context.node.ints("pooled_shape"), pooled.count == 2 else { return }
    let rows = context.shape(1)?.first ?? .unknown
    let channels = context.shape(0).flatMap { $0.count > 1 ? $0[1] : nil } ?? .unknown
    context.set(type: context.type(0), [rows, channels] + pooled.map { .known($0) })
  }

  private static func roiAlign(_ context: NodeShapes) throws {
    let height = try context.node.int("output_height", or: 1)
    let width = try context.node.int("output_width", or: 1)
    let rows = context.shape(1)?.first ?? context.shape(2)?.first ?? .unknown
    let channels = context.shape(0).flatMap { $0.count > 1 ? $0[1] : nil } ?? .unknown
    context.set(type: context.type(0), [rows, channels, .known(height), .known(width)])
  }

  private static func unpool(_ context: NodeShapes) throws {
    if context.has(2) {
      context.set(
        type: context.type(0),
        context.numbers(2) ?? context.rank(0).flatMap(UnknownShape.ofRank))
      return
    }
    guard let input = context.shape(0), input.count >= 2 else { return }
    let window = try WindowAttributes(context.node, spatialRank: input.count - 2)
    guard let kernel = window.kernel else { throw AttributeError("kernel_shape", .missing) }
    let spatial = (0..<(input.count - 2)).map { axis in
      let pads = window.padsBegin[axis] + window.padsEnd[axis]
      return (input[axis + 2] - .known(1)) * .known(window.strides[axis])
        + .known(kernel[axis] - pads)
    }
    context.set(type: context.type(0), input[..<2] + spatial)
  }
}
