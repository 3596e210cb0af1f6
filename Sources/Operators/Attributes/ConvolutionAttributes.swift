public import ModelIR

/// The attributes of Conv (opsets 1, 11, 22), and of the integer convolutions.
///
/// Shapes: input [N, C, D1…], weight [M, C/group, k1…], bias [M], output [N, M, O1…] with
/// O = ⌊(D + padBegin + padEnd − (k − 1)·dilation − 1) / stride⌋ + 1.
public struct ConvolutionAttributes: Sendable, Hashable {
  /// How the kernel slides.
  public var window: WindowAttributes
  /// Groups of channels that do not see each other.
  public var group: Int

  /// Reads the attributes of a convolution with `spatialRank` spatial axes.
  public init(_ node: Node, spatialRank: Int) throws(AttributeError) {
    window = try WindowAttributes(node, spatialRank: spatialRank)
    group = try Self.group(node)
  }

  static func group(_ node: Node) throws(AttributeError) -> Int {
    let group = try node.int("group", or: 1)
    guard group >= 1 else { throw AttributeError("group", .outOfRange(expected: "at least 1")) }
    return group
  }

  /// The window along each spatial axis for known extents; nil when the kernel does not fit into
  /// the padded input or a stated kernel_shape is not the weight's.
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

  /// The window along one spatial axis; nil when the kernel does not fit.
  public func window(axis: Int, input: Int, kernel: Int) -> SpatialWindow? {
    guard kernel >= 1, kernel <= WindowAttributes.largest, input >= 0,
      input <= Int.max >> 2
    else { return nil }
    let stride = window.strides[axis]
    let dilation = window.dilations[axis]
    let pads = window.pads(axis: axis, input: input, kernel: kernel)
    let room = input + pads.begin + pads.end - ((kernel - 1) * dilation + 1)
    guard room >= 0 else { return nil }
    return SpatialWindow(
      kernel: kernel, stride: stride, dilation: dilation, padBegin: pads.begin, padEnd: pads.end,
      input: input, output: room / stride + 1)
  }
}
