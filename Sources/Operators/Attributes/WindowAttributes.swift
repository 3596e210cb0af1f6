public import ModelIR

/// What convolutions and pools have in common: how a kernel slides over the spatial axes.
///
/// Source: ONNX operators Conv, ConvTranspose, MaxPool, AveragePool, LpPool; attributes
/// kernel_shape, strides, dilations, pads, auto_pad.
public struct WindowAttributes: Sendable, Hashable {
  /// How pads are found.
  public enum AutoPad: String, Sendable, Hashable, CaseIterable {
    /// They are given.
    case notSet = "NOTSET"
    /// Output extent is ⌈input/stride⌉, an odd pad more stands at the end.
    case sameUpper = "SAME_UPPER"
    /// The same with the odd pad at the beginning.
    case sameLower = "SAME_LOWER"
    /// None.
    case valid = "VALID"
  }

  /// Extents of the kernel where the node states them.
  public var kernel: [Int]?
  /// One for each spatial axis; ones where absent.
  public var strides: [Int]
  /// One for each spatial axis; ones where absent.
  public var dilations: [Int]
  /// How pads are found.
  public var autoPad: AutoPad
  /// Given pads before each axis; zeros where absent (and unused unless `autoPad` is `notSet`).
  public var padsBegin: [Int]
  /// Given pads behind each axis.
  public var padsEnd: [Int]

  /// Kernels, strides, dilations and pads beyond this cannot mean anything and would overflow.
  static let largest = 1 << 30

  /// Reads the attributes of a node with `spatialRank` spatial axes.
  public init(_ node: Node, spatialRank: Int) throws(AttributeError) {
    kernel = try Self.list(node, "kernel_shape", count: spatialRank, least: 1)
    let ones = [Int](repeating: 1, count: spatialRank)
    strides = try Self.list(node, "strides", count: spatialRank, least: 1) ?? ones
    dilations = try Self.list(node, "dilations", count: spatialRank, least: 1) ?? ones
    // Some exporters write an empty word where they mean the default.
    let word = try node.text("auto_pad")
    autoPad = word == "" ? .notSet : try node.choice("auto_pad", or: .notSet)
    let pads =
      try Self.list(node, "pads", count: 2 * spatialRank, least: 0)
      ?? [Int](repeating: 0, count: 2 * spatialRank)
    padsBegin = Array(pads[..<spatialRank])
    padsEnd = Array(pads[spatialRank...])
  }

  /// A list of `count` numbers of at least `least`, or nil where it is absent or empty.
  static func list(
    _ node: Node, _ name: String, count: Int, least: Int
  ) throws(AttributeError) -> [Int]? {
    guard let values = try node.ints(name), !values.isEmpty else { return nil }
    guard values.count == count else {
      throw AttributeError(name, .wrongCount(found: values.count, expected: count))
    }
    guard values.allSatisfy({ $0 >= least && $0 <= largest }) else {
      throw AttributeError(name, .outOfRange(expected: "at least \(least) and not above 2^30"))
    }
    return values
  }

  /// Whether no axis has padding, whatever the input's extents.
  public var isUnpadded: Bool {
    switch autoPad {
    case .valid: true
    case .notSet: padsBegin.allSatisfy { $0 == 0 } && padsEnd.allSatisfy { $0 == 0 }
    case .sameUpper, .sameLower: false
    }
  }

  /// Whether pads are such that an output has ⌈input/stride⌉ positions.
  public var isSame: Bool { autoPad == .sameUpper || autoPad == .sameLower }

  /// The pads of a sliding kernel along one axis whose input has `input` positions.
  ///
  /// SAME: total = max(0, (⌈input/stride⌉ − 1)·stride + (kernel − 1)·dilation + 1 − input).
  public func pads(axis: Int, input: Int, kernel: Int) -> (begin: Int, end: Int) {
    switch autoPad {
    case .valid: return (0, 0)
    case .notSet: return (padsBegin[axis], padsEnd[axis])
    case .sameUpper, .sameLower:
      let stride = strides[axis]
      let output = (input + stride - 1) / stride
      let effective = (kernel - 1) * dilations[axis] + 1
      let total = max(0, (output - 1) * stride + effective - input)
      let smaller = total / 2
      return autoPad == .sameUpper ? (smaller, total - smaller) : (total - smaller, smaller)
    }
  }
}
