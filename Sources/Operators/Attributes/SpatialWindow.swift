/// How a kernel slides along one spatial axis, with its padding resolved for a known extent.
///
///     first input position of output o = o·stride − padBegin
///     input position of tap k          = first + k·dilation
public struct SpatialWindow: Sendable, Hashable {
  /// Taps of the kernel.
  public var kernel: Int
  /// Input positions between neighbouring outputs (for transposed convolutions: output positions
  /// between neighbouring inputs).
  public var stride: Int
  /// Positions between neighbouring taps.
  public var dilation: Int
  /// Positions added before the first.
  public var padBegin: Int
  /// Positions added behind the last.
  public var padEnd: Int
  /// Extent of the input.
  public var input: Int
  /// Extent of the output.
  public var output: Int

  /// Makes a window from its parts.
  public init(
    kernel: Int, stride: Int, dilation: Int, padBegin: Int, padEnd: Int, input: Int, output: Int
  ) {
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.padBegin = padBegin
    self.padEnd = padEnd
    self.input = input
    self.output = output
  }

  /// The extent that the taps span: (kernel − 1)·dilation + 1.
  public var effectiveKernel: Int { (kernel - 1) * dilation + 1 }

  /// Whether no tap ever reads outside the input on the padded sides.
  public var isUnpadded: Bool { padBegin == 0 && padEnd == 0 }
}
