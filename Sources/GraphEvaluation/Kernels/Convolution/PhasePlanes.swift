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
  func fill<E: KernelFloat>(_ planes: UnsafeMutablePointer<E>, _ input: UnsafePointer<E>) {
    let (stride, pad, source) = (window.stride, window.pad, window.input)
    for z in 0..<source.depth {
      let place = (z + pad.depth) / stride.depth
      guard place < extents.depth else { continue }
      let phaseZ = (z + pad.depth) % stride.depth
      for phaseY in 0..<stride.height {
        let y = Members(phaseY, stride.height, pad.height, source.height, extents.height)
        for phaseX in 0..<stride.width {
          let x = Members(phaseX, stride.width, pad.width, source.width, extents.width)
          let phase = (phaseZ * stride.height + phaseY) * stride.width + phaseX
          unsafe E.copyRows(
            input + (z * source.height + y.first) * source.width + x.first,
            rowStride: stride.height * source.width, step: stride.width,
            to: planes + phase * extents.count
              + (place * extents.height + y.place) * extents.width + x.place,
            rowStride: extents.width, width: x.count, rows: y.count)
        }
      }
    }
  }

  /// The indices i of one axis of the input with (i + pad) % stride == phase: every stride-th from
  /// `first` on, the first of them at `place` in its plane.
  private struct Members {
    let first: Int
    let place: Int
    let count: Int

    init(_ phase: Int, _ stride: Int, _ pad: Int, _ input: Int, _ extent: Int) {
      first = ((phase - pad) % stride + stride) % stride
      place = (first + pad) / stride
      let available = first < input ? (input - first + stride - 1) / stride : 0
      count = max(0, min(available, extent - place))
    }
  }

  /// Copies a piece of a run to the output, without the ends of rows and planes.
  func compact<E: KernelFloat>(
    _ piece: UnsafePointer<E>, _ range: Range<Int>, to output: UnsafeMutablePointer<E>
  ) {
    guard range.count < runCount else {
      for z in 0..<window.output.depth {
        unsafe E.copyRows(
          piece + z * extents.height * extents.width, rowStride: extents.width, step: 1,
          to: output + z * window.output.height * window.output.width,
          rowStride: window.output.width, width: window.output.width,
          rows: window.output.height)
      }
      return
    }
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
