internal import ByteStore

/// How a window moves over the spatial axes of a tensor: extents, steps and pads of convolutions
/// and pools (onnx, Operators.md, Conv and AveragePool).
///
///     output = floor((input + padBegin + padEnd − (dilation·(kernel − 1) + 1)) / stride) + 1
///
/// with ceil in place of floor where `ceil_mode` asks for it, less a last window that would begin
/// in the end pad.
struct WindowGeometry {
  /// Spatial extents of the input.
  let input: [Int]
  /// Extents of the window.
  let kernel: [Int]
  /// Steps between windows.
  let strides: [Int]
  /// Distance of neighbours in a window.
  let dilations: [Int]
  /// Pads before the first element along each axis.
  private(set) var padsBegin: [Int]
  /// Pads behind the last element.
  private(set) var padsEnd: [Int]
  /// Windows along each axis.
  private(set) var output: [Int]

  /// Reads strides, dilations, pads and auto_pad of a node.
  init(
    _ context: KernelContext, input: [Int], kernel: [Int], ceilMode: Bool = false
  ) throws {
    let rank = input.count
    self.input = input
    self.kernel = kernel
    strides = try Self.list(context, "strides", count: rank, default: 1, least: 1)
    dilations = try Self.list(context, "dilations", count: rank, default: 1, least: 1)
    guard kernel.count == rank, kernel.allSatisfy({ $0 >= 1 && $0 <= Self.largest }) else {
      throw EvaluationError.Problem.badInput("kernel \(kernel) over \(rank) spatial axes")
    }
    let pads = try Self.list(context, "pads", count: 2 * rank, default: 0, least: 0)
    padsBegin = Array(pads[..<rank])
    padsEnd = Array(pads[rank...])
    output = []
    try place(autoPad: context.text("auto_pad", default: "NOTSET"), ceilMode: ceilMode)
  }

  /// Attributes above this cannot mean anything, and sums and products below it cannot overflow.
  static let largest = 1 << 30

  /// A list attribute with one default for all its places.
  static func list(
    _ context: KernelContext, _ name: String, count: Int, default value: Int, least: Int
  ) throws -> [Int] {
    let list = try context.ints(name) ?? []
    guard !list.isEmpty else { return Array(repeating: value, count: count) }
    guard list.count == count, list.allSatisfy({ $0 >= least && $0 <= largest }) else {
      throw EvaluationError.Problem.badInput(
        "\(name) \(list); \(count) numbers ≥ \(least) expected")
    }
    return list
  }

  /// Reach of the window along an axis.
  func reach(_ axis: Int) -> Int { dilations[axis] * (kernel[axis] - 1) + 1 }

  /// Elements of one window.
  var kernelCount: Int { kernel.reduce(1, *) }

  private mutating func place(autoPad: String, ceilMode: Bool) throws {
    for axis in input.indices {
      let (extent, stride, reach) = (input[axis], strides[axis], reach(axis))
      guard extent <= 1 << 40 else { throw EvaluationError.Problem.limit("extent \(extent)") }
      switch autoPad {
      case "SAME_UPPER", "SAME_LOWER":
        let windows = (extent + stride - 1) / stride
        let total = max(0, (windows - 1) * stride + reach - extent)
        padsBegin[axis] = autoPad == "SAME_UPPER" ? total / 2 : total - total / 2
        padsEnd[axis] = total - padsBegin[axis]
      case "VALID":
        padsBegin[axis] = 0
        padsEnd[axis] = 0
      case "NOTSET", "": break
      default: throw EvaluationError.Problem.badInput("auto_pad \"\(autoPad)\"")
      }
      let room = extent + padsBegin[axis] + padsEnd[axis] - reach
      guard room >= 0 else {
        throw EvaluationError.Problem.badInput(
          "a window reaching over \(reach) elements on \(extent) with pads "
            + "\(padsBegin[axis]) and \(padsEnd[axis])")
      }
      var windows = (ceilMode ? room + stride - 1 : room) / stride + 1
      if ceilMode, (windows - 1) * stride >= extent + padsBegin[axis] { windows -= 1 }
      output.append(windows)
    }
  }

  // MARK: Three axes

  /// The same windows over exactly three axes: leading ones of extent 1 are added.
  func inThreeAxes() throws -> Volume {
    guard input.count <= 3 else {
      throw EvaluationError.Problem.unsupported("\(input.count) spatial axes")
    }
    func extended(_ list: [Int], _ value: Int) -> Extents {
      let list = Array(repeating: value, count: 3 - list.count) + list
      return Extents(depth: list[0], height: list[1], width: list[2])
    }
    return Volume(
      input: extended(input, 1), kernel: extended(kernel, 1), stride: extended(strides, 1),
      dilation: extended(dilations, 1), pad: extended(padsBegin, 0), output: extended(output, 1))
  }

  /// One number for each of three axes.
  struct Extents {
    let depth: Int
    let height: Int
    let width: Int
    /// The product; the largest Int where it does not fit.
    let count: Int

    init(depth: Int, height: Int, width: Int) {
      self.depth = depth
      self.height = height
      self.width = width
      count =
        CheckedArithmetic.product(depth, height)
        .flatMap { CheckedArithmetic.product($0, width) } ?? Int.max
    }
  }

  /// Windows over three axes.
  struct Volume {
    let input: Extents
    let kernel: Extents
    let stride: Extents
    let dilation: Extents
    let pad: Extents
    let output: Extents

    /// Whether the windows are the elements themselves.
    var isPointwise: Bool {
      kernel.count == 1 && stride.count == 1 && pad.depth == 0 && pad.height == 0
        && pad.width == 0 && input.count == output.count
    }
  }
}
