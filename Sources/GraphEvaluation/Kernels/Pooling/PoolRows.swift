/// How a pool combines the elements under a window.
protocol PoolReduction<Element>: Sendable {
  associatedtype Element: KernelElement
  /// What a window without elements has.
  var initial: Element { get }
  /// One more element.
  func combine(_ sum: Element, _ element: Element) -> Element
}

/// The largest element; NaN is passed over unless it comes last.
struct PoolMaximum<Element: KernelElement>: PoolReduction {
  var initial: Element
  @inline(__always)
  func combine(_ sum: Element, _ element: Element) -> Element {
    element > sum ? element : sum
  }
}

/// The sum.
struct PoolSum<Element: KernelFloat>: PoolReduction {
  var initial: Element { 0 }
  @inline(__always)
  func combine(_ sum: Element, _ element: Element) -> Element { sum + element }
}

/// The sum of |x|ᵖ.
struct PoolPower<Element: KernelFloat>: PoolReduction {
  var exponent: Element
  var initial: Element { 0 }
  @inline(__always)
  func combine(_ sum: Element, _ element: Element) -> Element {
    sum + Element.pow(element.magnitude, exponent)
  }
}

/// Pooling plane by plane, a row of windows at a time, so that the inner loop runs along the row.
enum PoolRows {
  /// Reduces every window of `planes` planes.
  static func reduce<R: PoolReduction>(
    _ x: [R.Element], _ window: WindowGeometry.Volume, planes: Int, count: Int, threads: Int,
    _ reduction: R
  ) -> [R.Element] {
    guard !x.isEmpty else { return Array(repeating: reduction.initial, count: count) }
    return unsafe ElementArray.make(count) { output in
      _ = unsafe ElementArray.withPointer(x) { input in
        let grain = max(1, 16384 / max(1, window.output.count * window.kernel.count))
        Parallel.forEachRange(planes, threads: threads, grain: grain) { range in
          for plane in range {
            unsafe reducePlane(
              input + plane * window.input.count, window,
              output + plane * window.output.count, reduction)
          }
        }
      }
    }
  }

  private static func reducePlane<R: PoolReduction>(
    _ input: UnsafePointer<R.Element>, _ window: WindowGeometry.Volume,
    _ output: UnsafeMutablePointer<R.Element>, _ reduction: R
  ) {
    unsafe output.initialize(repeating: reduction.initial, count: window.output.count)
    for outZ in 0..<window.output.depth {
      for tapZ in 0..<window.kernel.depth {
        let z = outZ * window.stride.depth + tapZ * window.dilation.depth - window.pad.depth
        guard z >= 0, z < window.input.depth else { continue }
        for outY in 0..<window.output.height {
          for tapY in 0..<window.kernel.height {
            let y =
              outY * window.stride.height + tapY * window.dilation.height - window.pad.height
            guard y >= 0, y < window.input.height else { continue }
            unsafe reduceRow(
              input + (z * window.input.height + y) * window.input.width, window,
              output + (outZ * window.output.height + outY) * window.output.width, reduction)
          }
        }
      }
    }
  }

  /// One row of the input into one row of windows.
  @inline(__always)
  private static func reduceRow<R: PoolReduction>(
    _ input: UnsafePointer<R.Element>, _ window: WindowGeometry.Volume,
    _ output: UnsafeMutablePointer<R.Element>, _ reduction: R
  ) {
    let stride = window.stride.width
    for tap in 0..<window.kernel.width {
      let shift = tap * window.dilation.width - window.pad.width
      let first = shift >= 0 ? 0 : (-shift + stride - 1) / stride
      let end = window.input.width > shift ? (window.input.width - shift - 1) / stride + 1 : 0
      let last = min(end, window.output.width)
      guard first < last else { continue }
      if stride == 1 {
        let source = unsafe input + shift
        for place in first..<last {
          unsafe output[place] = reduction.combine(output[place], source[place])
        }
      } else {
        for place in first..<last {
          unsafe output[place] = reduction.combine(output[place], input[place * stride + shift])
        }
      }
    }
  }
}
