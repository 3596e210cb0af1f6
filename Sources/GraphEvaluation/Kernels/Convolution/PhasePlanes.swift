internal import ByteStore

/// One channel of a convolution's input with its pads, split by the phases of the strides.
struct PhasePlanes {
  private let window: WindowGeometry.Volume
  /// Extents of one plane: those of the output, and what the kernel reaches beyond it.
  private let extents: WindowGeometry.Extents
  /// Elements of all planes of a channel.
  let count: Int
  /// Elements from the first window to the last, the ends of rows between them included.
  let runCount: Int

  init(_ window: WindowGeometry.Volume) throws {
    self.window = window
    func extent(_ output: Int, _ kernel: Int, _ dilation: Int, _ stride: Int) -> Int {
      output + (kernel - 1) * dilation / stride
    }
    extents = .init(
      depth: extent(
        window.output.depth, window.kernel.depth, window.dilation.depth, window.stride.depth),
      height: extent(
        window.output.height, window.kernel.height, window.dilation.height, window.stride.height),
      width: extent(
        window.output.width, window.kernel.width, window.dilation.width, window.stride.width))
    guard let count = CheckedArithmetic.product(extents.count, window.stride.count),
      count <= Int.max / 64
    else { throw EvaluationError.Problem.limit("a window reaching over \(extents)") }
    self.count = count
    runCount =
      ((window.output.depth - 1) * extents.height + window.output.height - 1) * extents.width
      + window.output.width
  }

  /// Whether the run is the output itself.
  var rowsAreDense: Bool { runCount == window.output.count }

  /// Where each weight's run begins, weights in the order (channel, depth, height, width).
  func taps(channels: Int) -> [Int] {
    var taps: [Int] = []
    for channel in 0..<channels {
      for depth in 0..<window.kernel.depth {
        for height in 0..<window.kernel.height {
          for width in 0..<window.kernel.width {
            let (z, y, x) = (
              depth * window.dilation.depth, height * window.dilation.height,
              width * window.dilation.width
            )
            let phase =
              (z % window.stride.depth * window.stride.height + y % window.stride.height)
              * window.stride.width + x % window.stride.width
            let place =
              (z / window.stride.depth * extents.height + y / window.stride.height)
              * extents.width + x / window.stride.width
            taps.append(channel * count + phase * extents.count + place)
          }
        }
      }
    }
    return taps
  }

  /// Copies a channel into planes whose pads are zero already.
  func fill<E: KernelElement>(_ planes: UnsafeMutablePointer<E>, _ input: UnsafePointer<E>) {
    for z in 0..<window.input.depth {
      let (paddedZ, strideZ) = (z + window.pad.depth, window.stride.depth)
      guard paddedZ / strideZ < extents.depth else { continue }
      for y in 0..<window.input.height {
        let (paddedY, strideY) = (y + window.pad.height, window.stride.height)
        guard paddedY / strideY < extents.height else { continue }
        let phase = paddedZ % strideZ * strideY + paddedY % strideY
        let row = paddedZ / strideZ * extents.height + paddedY / strideY
        unsafe fillRow(
          planes + phase * window.stride.width * extents.count + row * extents.width,
          input + (z * window.input.height + y) * window.input.width)
      }
    }
  }

  private func fillRow<E: KernelElement>(
    _ row: UnsafeMutablePointer<E>, _ input: UnsafePointer<E>
  ) {
    let (stride, pad) = (window.stride.width, window.pad.width)
    guard stride > 1 else {
      unsafe (row + pad).update(
        from: input, count: max(0, min(window.input.width, extents.width - pad)))
      return
    }
    for phase in 0..<stride {
      // Elements x with (x + pad) % stride == phase.
      let first = ((phase - pad) % stride + stride) % stride
      let place = (first + pad) / stride
      let available = (window.input.width - first + stride - 1) / stride
      let target = unsafe row + phase * extents.count + place
      for index in 0..<max(0, min(available, extents.width - place)) {
        unsafe target[index] = input[first + index * stride]
      }
    }
  }

  /// Copies a piece of a run to the output, without the ends of rows and planes.
  func compact<E: KernelElement>(
    _ piece: UnsafePointer<E>, _ range: Range<Int>, to output: UnsafeMutablePointer<E>
  ) {
    var line = range.lowerBound / extents.width
    while line * extents.width < range.upperBound {
      let (z, y) = (line / extents.height, line % extents.height)
      let start = line * extents.width
      line += 1
      guard y < window.output.height else { continue }
      let low = max(range.lowerBound, start)
      let high = min(range.upperBound, start + window.output.width)
      guard low < high else { continue }
      let target = (z * window.output.height + y) * window.output.width + low - start
      unsafe (output + target).update(from: piece + (low - range.lowerBound), count: high - low)
    }
  }
}
