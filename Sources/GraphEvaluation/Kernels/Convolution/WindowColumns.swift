/// The elements under windows as columns of a matrix ("im2col").
///
///     columns[(c, kd, kh, kw), p] = x[c, p·stride + k·dilation − pad], 0 in the pads
enum WindowColumns {
  /// Fills the columns of the windows in `positions`, row after row.
  static func fill<E: KernelElement>(
    _ columns: UnsafeMutablePointer<E>, _ input: UnsafePointer<E>, channels: Int,
    _ window: WindowGeometry.Volume, _ positions: Range<Int>
  ) {
    var row = unsafe columns
    for channel in 0..<channels {
      let plane = unsafe input + channel * window.input.count
      for depth in 0..<window.kernel.depth {
        for height in 0..<window.kernel.height {
          for width in 0..<window.kernel.width {
            unsafe fillRow(
              row, plane, window, positions,
              tap: .init(depth: depth, height: height, width: width))
            unsafe row += positions.count
          }
        }
      }
    }
  }

  /// One element of every window.
  private static func fillRow<E: KernelElement>(
    _ row: UnsafeMutablePointer<E>, _ plane: UnsafePointer<E>, _ window: WindowGeometry.Volume,
    _ positions: Range<Int>, tap: WindowGeometry.Extents
  ) {
    var out = unsafe row
    var position = positions.lowerBound
    let shift = tap.width * window.dilation.width - window.pad.width
    let stride = window.stride.width
    // Columns whose element lies inside: 0 ≤ x·stride + shift < input width.
    let first = shift >= 0 ? 0 : (-shift + stride - 1) / stride
    let end = window.input.width > shift ? (window.input.width - shift - 1) / stride + 1 : 0
    while position < positions.upperBound {
      let line = position / window.output.width
      let from = position - line * window.output.width
      let to = min(window.output.width, from + positions.upperBound - position)
      let y =
        line % window.output.height * window.stride.height
        + tap.height * window.dilation.height - window.pad.height
      let z =
        line / window.output.height * window.stride.depth
        + tap.depth * window.dilation.depth - window.pad.depth
      if y < 0 || y >= window.input.height || z < 0 || z >= window.input.depth {
        unsafe out.update(repeating: 0, count: to - from)
      } else {
        let source =
          unsafe plane
          + (z * window.input.height + y) * window.input.width + shift
        let (low, high) = (min(max(from, first), to), max(min(to, end), from))
        unsafe out.update(repeating: 0, count: low - from)
        if high > low {
          unsafe copy(out + (low - from), source + low * stride, stride, high - low)
        }
        let rest = max(high, low)
        unsafe (out + (rest - from)).update(repeating: 0, count: to - rest)
      }
      unsafe out += to - from
      position += to - from
    }
  }

  @inline(__always)
  private static func copy<E: KernelElement>(
    _ out: UnsafeMutablePointer<E>, _ source: UnsafePointer<E>, _ stride: Int, _ count: Int
  ) {
    switch stride {
    case 1: unsafe out.update(from: source, count: count)
    case 2: for index in 0..<count { unsafe out[index] = source[2 * index] }
    default: for index in 0..<count { unsafe out[index] = source[stride * index] }
    }
  }
}

extension WindowColumns {
  /// Adds the elements of one channel's columns where their windows lie ("col2im"); those that
  /// fall into pads are dropped.
  static func scatter<E: KernelElement>(
    _ columns: UnsafePointer<E>, _ plane: UnsafeMutablePointer<E>,
    _ window: WindowGeometry.Volume
  ) {
    var row = unsafe columns
    for depth in 0..<window.kernel.depth {
      for height in 0..<window.kernel.height {
        for width in 0..<window.kernel.width {
          unsafe scatterRow(
            row, plane, window, tap: .init(depth: depth, height: height, width: width))
          unsafe row += window.output.count
        }
      }
    }
  }

  private static func scatterRow<E: KernelElement>(
    _ row: UnsafePointer<E>, _ plane: UnsafeMutablePointer<E>, _ window: WindowGeometry.Volume,
    tap: WindowGeometry.Extents
  ) {
    let shift = tap.width * window.dilation.width - window.pad.width
    let stride = window.stride.width
    let first = shift >= 0 ? 0 : (-shift + stride - 1) / stride
    let end = window.input.width > shift ? (window.input.width - shift - 1) / stride + 1 : 0
    let last = min(end, window.output.width)
    guard first < last else { return }
    for outZ in 0..<window.output.depth {
      let z = outZ * window.stride.depth + tap.depth * window.dilation.depth - window.pad.depth
      guard z >= 0, z < window.input.depth else { continue }
      for outY in 0..<window.output.height {
        let y =
          outY * window.stride.height + tap.height * window.dilation.height - window.pad.height
        guard y >= 0, y < window.input.height else { continue }
        let target = unsafe plane + (z * window.input.height + y) * window.input.width + shift
        let source = unsafe row + (outZ * window.output.height + outY) * window.output.width
        for place in first..<last { unsafe target[place * stride] += source[place] }
      }
    }
  }
}
