public import ModelIR

/// The attributes of MaxPool, AveragePool and LpPool in all their opsets.
///
/// Shapes: input [N, C, D1…], output [N, C, O1…] with
/// O = ⌊(D + padBegin + padEnd − (k − 1)·dilation − 1) / stride⌋ + 1, or ⌈…⌉ with ceil_mode, where
/// a last window that would begin in the end padding is left out.
public struct PoolAttributes: Sendable, Hashable {
  /// How the kernel slides.
  public var window: WindowAttributes
  /// Extents of the kernel.
  public var kernel: [Int]
  /// Windows that reach beyond the end padding count.
  public var ceilMode: Bool
  /// AveragePool divides by the whole kernel instead of the taps inside the input.
  public var countIncludePad: Bool
  /// MaxPool's Indices count in column-major order.
  public var columnMajorIndices: Bool
  /// LpPool's p.
  public var power: Int

  /// Reads the attributes of a pool with `spatialRank` spatial axes.
  public init(_ node: Node, spatialRank: Int) throws(AttributeError) {
    window = try WindowAttributes(node, spatialRank: spatialRank)
    guard let kernel = window.kernel else { throw AttributeError("kernel_shape", .missing) }
    self.kernel = kernel
    ceilMode = try node.flag("ceil_mode")
    countIncludePad = try node.flag("count_include_pad")
    columnMajorIndices = try node.flag("storage_order")
    // LpPool-1 had a Float here.
    if case .float(let value) = node.attribute("p") {
      guard value >= 1, value < 1e9 else { throw AttributeError("p", .outOfRange(expected: "≥ 1")) }
      power = Int(value)
    } else {
      power = try node.int("p", or: 2)
    }
  }

  /// The window along each spatial axis for known extents; nil when the kernel does not fit.
  public func windows(input: [Int]) -> [SpatialWindow]? {
    guard input.count == kernel.count else { return nil }
    var result: [SpatialWindow] = []
    for axis in input.indices {
      guard let one = self.window(axis: axis, input: input[axis]) else { return nil }
      result.append(one)
    }
    return result
  }

  /// The window along one spatial axis; nil when the kernel does not fit.
  public func window(axis: Int, input: Int) -> SpatialWindow? {
    guard input >= 0, input <= Int.max >> 2 else { return nil }
    let stride = window.strides[axis]
    let dilation = window.dilations[axis]
    let kernel = self.kernel[axis]
    let pads = window.pads(axis: axis, input: input, kernel: kernel)
    let room = input + pads.begin + pads.end - ((kernel - 1) * dilation + 1)
    guard room >= 0 || (ceilMode && room > -stride) else { return nil }
    var output = room >= 0 ? room / stride + 1 : 1
    if ceilMode, room >= 0 {
      output = (room + stride - 1) / stride + 1
      if (output - 1) * stride >= input + pads.begin { output -= 1 }
    }
    return SpatialWindow(
      kernel: kernel, stride: stride, dilation: dilation, padBegin: pads.begin, padEnd: pads.end,
      input: input, output: output)
  }
}
