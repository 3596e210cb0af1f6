internal import ModelIR

/// When a sliding kernel leaves an extent as it is, whatever it is.
enum WindowExtent {
  /// Stride 1, and pads that make up for the kernel.
  static func unchanged(_ window: WindowAttributes, axis: Int, kernel: Int?) -> Bool {
    guard window.strides[axis] == 1 else { return false }
    switch window.autoPad {
    case .sameUpper, .sameLower: return true
    case .valid: return kernel == 1
    case .notSet:
      guard let kernel else { return false }
      return window.padsBegin[axis] + window.padsEnd[axis]
        == (kernel - 1) * window.dilations[axis]
    }
  }
}
