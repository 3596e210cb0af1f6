/// Convolution of few channels per group (depthwise above all) as a sum of shifted planes.
///
/// The input of a channel is copied once with its pads, split into one plane for each phase of the
/// strides: element i of the plane of phase f is x[i·stride + f − pad]. Then every weight meets one
/// contiguous run of a plane, and the sum over all weights of a filter is one vectorized loop over
/// the windows, the ends of rows among them, which are dropped afterwards.
enum TapConvolution {
  /// Whether there are too few filters in a group for matrix products to pay.
  static func suits<E>(_ problem: ConvolutionKernels.Problem<E>) -> Bool {
    problem.groups > 1 && problem.groupFilters <= 2 && problem.depth <= 256
      && problem.window.stride.count <= 64
  }

  static func run<E: KernelFloat>(
    _ problem: ConvolutionKernels.Problem<E>, _ inputs: [E], _ weights: [E], _ count: Int,
    _ context: KernelContext
  ) throws -> [E] {
    let planes = try PhasePlanes(problem.window)
    _ = try context.count(of: [planes.count, problem.groupChannels])
    let taps = planes.taps(channels: problem.groupChannels)
    return unsafe ElementArray.make(count) { output in
      _ = unsafe ElementArray.withPointer(inputs) { input in
        unsafe ElementArray.withPointer(weights) { weight in
          let jobs = problem.batch * problem.groups
          Parallel.forEachRange(
            jobs, threads: context.threads, grain: max(1, 16384 / max(1, count / jobs))
          ) { range in
            unsafe convolve(problem, planes, taps, input, weight, output, range)
          }
        }
      }
    }
  }

  /// Convolves the groups of images in `jobs`.
  private static func convolve<E: KernelFloat>(
    _ problem: ConvolutionKernels.Problem<E>, _ planes: PhasePlanes, _ taps: [Int],
    _ input: UnsafePointer<E>, _ weight: UnsafePointer<E>, _ output: UnsafeMutablePointer<E>,
    _ jobs: Range<Int>
  ) {
    let padded = UnsafeMutablePointer<E>.allocate(capacity: planes.count * problem.groupChannels)
    let sums = UnsafeMutablePointer<E>.allocate(capacity: planes.runCount)
    defer {
      unsafe padded.deallocate()
      unsafe sums.deallocate()
    }
    unsafe padded.initialize(repeating: 0, count: planes.count * problem.groupChannels)
    for job in jobs {
      let group = job % problem.groups
      let source = unsafe input + job * problem.groupChannels * problem.window.input.count
      for channel in 0..<problem.groupChannels {
        unsafe planes.fill(
          padded + channel * planes.count, source + channel * problem.window.input.count)
      }
      for member in 0..<problem.groupFilters {
        let filter = group * problem.groupFilters + member
        let out =
          unsafe output
          + (job * problem.groupFilters + member) * problem.window.output.count
        unsafe E.addTaps(
          padded, taps, weight + filter * problem.depth, taps.count,
          problem.bias.isEmpty ? 0 : problem.bias[filter], planes.rowsAreDense ? out : sums,
          planes.runCount)
        if !planes.rowsAreDense { unsafe planes.compact(sums, to: out) }
      }
    }
  }
}
