public import ModelIR

/// The attributes of ConvTranspose (opsets 1, 11, 22).
///
/// Shapes: input [N, C, D1…], weight [C, M/group, k1…], bias [M], output [N, M, O1…] with
/// O = stride·(D − 1) + outputPadding + (k − 1)·dilation + 1 − padBegin − padEnd.
/// With output_shape, or SAME (where O = D·stride is wanted), the pads follow from O: their sum
/// is max(0, stride·(D − 1) + outputPadding + (k − 1)·dilation + 1 − O), of which SAME_UPPER puts
/// the smaller half at the beginning and every other mode the larger half.
/// Source: ONNX operators, ConvTranspose; onnxruntime's conv_transpose_attributes.h for halves.
public struct TransposedConvolutionAttributes: Sendable, Hashable {
  /// How the kernel slides over the output.
  public var window: WindowAttributes
  /// Groups of channels that do not see each other.
  public var group: Int
  /// Positions added at the end of each output axis.
  public var outputPadding: [Int]
  /// The output's spatial extents where the node states them.
  public var outputShape: [Int]?

  /// Reads the attributes of a node with `spatialRank` spatial axes.
  public init(_ node: Node, spatialRank: Int) throws(AttributeError) {
    window = try WindowAttributes(node, spatialRank: spatialRank)
    group = try ConvolutionAttributes.group(node)
    outputPadding =
      try WindowAttributes.list(node, "output_padding", count: spatialRank, least: 0)
      ?? [Int](repeating: 0, count: spatialRank)
    outputShape = try Self.outputShape(node, spatialRank: spatialRank)
  }

  /// Spatial extents; batch and channels before them, as some exporters write, are left out.
  private static func outputShape(
    _ node: Node, spatialRank: Int
  ) throws(AttributeError) -> [Int]? {
    guard let shape = try node.ints("output_shape"), !shape.isEmpty else { return nil }
    guard shape.count == spatialRank || shape.count == spatialRank + 2 else {
      throw AttributeError(
        "output_shape", .wrongCount(found: shape.count, expected: spatialRank))
    }
    let spatial = Array(shape.suffix(spatialRank))
    guard spatial.allSatisfy({ $0 >= 1 && $0 <= WindowAttributes.largest }) else {
      throw AttributeError("output_shape", .outOfRange(expected: "at least 1"))
    }
    return spatial
  }

  /// The window along each spatial axis for known extents; nil when no output is left or a stated
  /// kernel_shape is not the weight's.
  public func windows(input: [Int], kernel: [Int]) -> [SpatialWindow]? {
    guard input.count == window.strides.count, kernel.count == input.count else { return nil }
    if let stated = window.kernel, stated != kernel { return nil }
    var result: [SpatialWindow] = []
    for axis in input.indices {
      guard let one = self.window(axis: axis, input: input[axis], kernel: kernel[axis]) else {
        return nil
      }
      result.append(one)
    }
    return result
  }

  /// The window along one spatial axis; nil when no output is left.
  ///
  /// Output position p reads input i at tap k where p = i·stride − padBegin + k·dilation.
  public func window(axis: Int, input: Int, kernel: Int) -> SpatialWindow? {
    guard kernel >= 1, kernel <= WindowAttributes.largest, input >= 1,
      input <= WindowAttributes.largest
    else { return nil }
    let stride = window.strides[axis]
    let dilation = window.dilations[axis]
    let whole = stride * (input - 1) + outputPadding[axis] + (kernel - 1) * dilation + 1
    var pads = (begin: window.padsBegin[axis], end: window.padsEnd[axis])
    let same = window.autoPad == .sameUpper || window.autoPad == .sameLower
    if let wanted = outputShape?[axis] ?? (same ? input * stride : nil) {
      let total = max(0, whole - wanted)
      let smaller = total / 2
      pads =
        window.autoPad == .sameUpper ? (smaller, total - smaller) : (total - smaller, smaller)
    } else if window.autoPad == .valid {
      pads = (0, 0)
    }
    // A stated extent beyond every tap's reach stands: those positions hold the bias alone.
    let output = outputShape?[axis] ?? (whole - pads.begin - pads.end)
    guard output >= 0 else { return nil }
    return SpatialWindow(
      kernel: kernel, stride: stride, dilation: dilation, padBegin: pads.begin, padEnd: pads.end,
      input: input, output: output)
  }
}
