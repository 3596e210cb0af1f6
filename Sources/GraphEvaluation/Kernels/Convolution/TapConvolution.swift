/// Convolution as sums of shifted planes, without columns and without packing.
///
/// The input is copied once with its pads, split into one plane for each phase of the strides:
/// element i of the plane of phase f is x[i·stride + f − pad]. Then each weight meets one
/// contiguous run of a plane, and the windows of a channel are one run too, the ends of rows among
/// them, which are dropped afterwards. Measured against OpenBLAS on ready-made columns, the loop is
/// as fast for wide layers and faster for narrow ones (depthwise above all).
enum TapConvolution {
  /// Bytes of planes up to which they stay in the second-level cache while all filters pass by.
  private static let cachedBytes = 320 << 10
  /// Windows in a tile where the planes are larger than that: all filters pass by one tile.
  private static let tileWindows = 64
  /// Filters in a tile where the planes stay: a multiple of the six that the loop takes at once.
  private static let tileFilters = 24
  /// Elements that the loop may read past a run.
  private static let slack = 16

  /// Whether the planes are not much larger than the input.
  static func suits<E>(_ problem: ConvolutionKernels.Problem<E>) -> Bool {
    let window = problem.window
    guard window.stride.count <= 64, let planes = try? PhasePlanes(window) else { return false }
    return planes.count <= 4 * (window.input.count + window.output.count) + 4096
  }

  static func run<E: KernelFloat>(
    _ problem: ConvolutionKernels.Problem<E>, _ inputs: [E], _ weights: [E], _ count: Int,
    _ context: KernelContext
  ) throws -> [E] {
    let planes = try PhasePlanes(problem.window)
    _ = try context.count(of: [planes.count, problem.groupChannels])
    let form = Form(
      problem: problem, planes: planes, taps: planes.taps(channels: problem.groupChannels))
    return unsafe ElementArray.make(count) { output in
      _ = unsafe ElementArray.withPointer(inputs) { input in
        unsafe ElementArray.withPointer(weights) { weight in
          unsafe run(form, input, weight, output, count, context.threads)
        }
      }
    }
  }

  /// What every tile needs.
  private struct Form<E: KernelFloat> {
    let problem: ConvolutionKernels.Problem<E>
    let planes: PhasePlanes
    let taps: [Int]
  }

  /// Convolves all groups of all images: threads take whole ones where there are many, else they
  /// share each.
  private static func run<E: KernelFloat>(
    _ form: Form<E>, _ input: UnsafePointer<E>, _ weight: UnsafePointer<E>,
    _ output: UnsafeMutablePointer<E>, _ count: Int, _ threads: Int
  ) {
    let problem = form.problem
    let jobs = problem.batch * problem.groups
    let together = jobs >= 4 * threads
    let work = max(1, count / jobs * problem.depth)
    Parallel.forEachRange(
      jobs, threads: together ? threads : 1, grain: max(1, 131072 / work)
    ) { range in
      let size = form.planes.count * problem.groupChannels + slack
      let padded = UnsafeMutablePointer<E>.allocate(capacity: size)
      defer { unsafe padded.deallocate() }
      unsafe padded.initialize(repeating: 0, count: size)
      for job in range {
        let group = job % problem.groups
        unsafe convolve(
          form, padded, input + job * problem.groupChannels * problem.window.input.count,
          weight + group * problem.groupFilters * problem.depth,
          output + job * problem.groupFilters * problem.window.output.count,
          firstFilter: group * problem.groupFilters,
          threads: together || work < 131072 ? 1 : threads)
      }
    }
  }

  /// Convolves one group of one image.
  private static func convolve<E: KernelFloat>(
    _ form: Form<E>, _ padded: UnsafeMutablePointer<E>, _ input: UnsafePointer<E>,
    _ weight: UnsafePointer<E>, _ output: UnsafeMutablePointer<E>, firstFilter: Int, threads: Int
  ) {
    let (problem, planes) = (form.problem, form.planes)
    Parallel.forEachRange(problem.groupChannels, threads: threads) { channels in
      for channel in channels {
        unsafe planes.fill(
          padded + channel * planes.count, input + channel * problem.window.input.count)
      }
    }
    let bytes = planes.count * problem.groupChannels * MemoryLayout<E>.stride
    let stays = bytes <= cachedBytes && planes.runCount <= 4096
    let filters = stays ? min(tileFilters, problem.groupFilters) : problem.groupFilters
    let windows = stays || problem.groupFilters == 1 ? planes.runCount : tileWindows
    let rows = (problem.groupFilters + filters - 1) / filters
    let columns = (planes.runCount + windows - 1) / windows
    Parallel.forEachRange(rows * columns, threads: threads) { tiles in
      let scratch = UnsafeMutablePointer<E>.allocate(
        capacity: planes.rowsAreDense ? 1 : filters * windows)
      defer { unsafe scratch.deallocate() }
      for tile in tiles {
        let filter = tile / columns * filters
        let members = min(filters, problem.groupFilters - filter)
        let first = tile % columns * windows
        let width = min(windows, planes.runCount - first)
        let area = problem.window.output.count
        let out = unsafe planes.rowsAreDense ? output + filter * area + first : scratch
        unsafe sum(
          form, padded + first, weight + filter * problem.depth, members, firstFilter + filter,
          out, planes.rowsAreDense ? area : width, width)
        guard !planes.rowsAreDense else { continue }
        for member in 0..<members {
          unsafe planes.compact(
            scratch + member * width, first..<(first + width),
            to: output + (filter + member) * area)
        }
      }
    }
  }

  private static func sum<E: KernelFloat>(
    _ form: Form<E>, _ input: UnsafePointer<E>, _ weight: UnsafePointer<E>, _ filters: Int,
    _ firstFilter: Int, _ output: UnsafeMutablePointer<E>, _ rowStride: Int, _ count: Int
  ) {
    unsafe form.problem.bias.withUnsafeBufferPointer { bias in
      unsafe E.convolve(
        input, form.taps, weight, filters,
        bias.isEmpty ? nil : bias.baseAddress.map { unsafe $0 + firstFilter }, output, rowStride,
        count)
    }
  }
}
