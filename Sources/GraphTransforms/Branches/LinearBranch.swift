internal import ModelIR

/// One summand of a sum of linear branches of one value x:
/// sign · steps(kernel ∗ x), with the steps' shifts where they act.
struct LinearBranch {
  /// What a branch does to x before its steps.
  enum Kernel {
    /// A convolution.
    case convolution(weight: ValueID, Tensor, bias: ValueID?, Tensor?, group: Int)
    /// Nothing.
    case identity
    /// A mean over the taps.
    case average
  }

  var kernel: Kernel
  /// The convolution or pool; of an identity the node that reads x.
  var node: NodeID
  /// How it slides.
  var window: BranchWindow
  /// 1, or −1 where the branch is subtracted.
  var sign: Double
  /// Affines in the order they are applied.
  var steps: [ChannelAffine]

  /// Elements that one output channel of one group's input channel reads.
  var taps: Int { window.kernel.reduce(1, *) }

  var isConvolution: Bool {
    if case .convolution = kernel { true } else { false }
  }
}

/// How a branch slides over the spatial axes.
struct BranchWindow {
  var kernel: [Int]
  var strides: [Int]
  var dilations: [Int]
  var padsBegin: [Int]
  var padsEnd: [Int]

  /// A single tap that stays where it is.
  static func point(_ spatialRank: Int) -> BranchWindow {
    let (ones, zeros) = (
      [Int](repeating: 1, count: spatialRank), [Int](repeating: 0, count: spatialRank)
    )
    return BranchWindow(
      kernel: ones, strides: ones, dilations: ones, padsBegin: zeros, padsEnd: zeros)
  }
}
