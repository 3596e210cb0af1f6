/// The window of one convolution that does what several do that are added.
///
/// Tap k of branch i reads x at o·stride + offset, offset = k·dilation − padBegin. Their outputs
/// have the same extent for every input when padBegin + padEnd − (k − 1)·dilation is the same in
/// all of them. The merged kernel has a tap at every offset of a lattice that holds all of theirs:
///
///     dilation′ = gcd(dilations of kernels longer than 1, differences of padBegin)
///     padBegin′ = max padBegin,   k′ = (last offset − first offset) / dilation′ + 1
struct MergedWindow {
  var window: BranchWindow
  /// For each branch the position of its first tap along each axis.
  var placements: [[Int]]
  /// For each branch how far its taps lie apart.
  var spacings: [[Int]]

  /// Nil where strides differ or outputs would not have the same extents.
  init?(_ branches: [BranchWindow]) {
    guard let first = branches.first,
      branches.allSatisfy({ $0.strides == first.strides })
    else { return nil }
    window = BranchWindow(
      kernel: [], strides: first.strides, dilations: [], padsBegin: [], padsEnd: [])
    placements = branches.map { _ in [] }
    spacings = branches.map { _ in [] }
    for axis in first.strides.indices {
      let spans = branches.map { $0.dilations[axis] * ($0.kernel[axis] - 1) }
      let margins = branches.indices.map {
        branches[$0].padsBegin[axis] + branches[$0].padsEnd[axis] - spans[$0]
      }
      guard margins.allSatisfy({ $0 == margins[0] }) else { return nil }
      let starts = branches.map { -$0.padsBegin[axis] }
      let ends = branches.indices.map { starts[$0] + spans[$0] }
      guard let start = starts.min(), let end = ends.max() else { return nil }
      var step = 0
      for (branch, begin) in zip(branches, starts) {
        if branch.kernel[axis] > 1 { step = Self.divisor(step, branch.dilations[axis]) }
        step = Self.divisor(step, begin - start)
      }
      step = max(step, 1)
      window.kernel.append((end - start) / step + 1)
      window.dilations.append(step)
      window.padsBegin.append(-start)
      window.padsEnd.append(margins[0] + end)
      for (index, branch) in branches.enumerated() {
        placements[index].append((starts[index] - start) / step)
        spacings[index].append(branch.kernel[axis] > 1 ? branch.dilations[axis] / step : 1)
      }
    }
  }

  /// The greatest common divisor.
  static func divisor(_ a: Int, _ b: Int) -> Int {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
  }
}
