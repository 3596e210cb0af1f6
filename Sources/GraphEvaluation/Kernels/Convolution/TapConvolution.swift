/// Convolution as sums of shifted planes, without columns and without packing.
///
/// The input is copied once with its pads, split into one plane for each phase of the strides:
/// element i of the plane of phase f is x[i·stride + f − pad]. Then each weight meets one
/// contiguous run of a plane, and the windows of a channel are one run too, the ends of rows among
/// them, which are dropped afterwards. Measured against OpenBLAS on ready-made columns, the loop is
/// as fast for wide layers and faster for narrow ones (depthwise above all).
enum TapConvolution {
  /// Windows in a tile, at most: all filters pass by one tile, a block of channels at a time.
  private static let tileWindows = 128
  /// Filters in a tile where there are few tiles of windows: a multiple of the six that the loop
  /// takes at once.
  private static let tileFilters = 96
  /// Bytes of the input that a block of channels touches: less than the first-level cache.
  private static let cachedBytes = 20 << 10
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
    let form = Form(problem, planes, threads: context.threads)
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
    /// Filters of a tile.
    let filters: Int
    /// Windows of a tile.
    let windows: Int
    /// Channels of a block.
    let channels: Int

    init(
      _ problem: ConvolutionKernels.Problem<E>, _ planes: PhasePlanes, threads: Int
    ) {
      self.problem = problem
      self.planes = planes
      taps = planes.taps(channels: problem.groupChannels)
      guard problem.groupFilters > 1 else {
        (filters, windows, channels) = (1, planes.runCount, problem.groupChannels)
        return
      }
      let columns = (planes.runCount + tileWindows - 1) / tileWindows
      windows = min(planes.runCount, ((planes.runCount + columns - 1) / columns + 15) & ~15)
      filters =
        columns >= 8
        ? problem.groupFilters
        : Self.evenFilters(problem.groupFilters, columns: columns, threads: threads)
      let touched = min(
        planes.count,
        problem.window.kernel.depth * problem.window.kernel.height
          * (windows + problem.window.kernel.width))
      channels = max(
        1, min(problem.groupChannels, cachedBytes / (touched * MemoryLayout<E>.stride)))
    }

    /// Filters of a tile, so that tiles are about the same and as many for each thread.
    private static func evenFilters(_ filters: Int, columns: Int, threads: Int) -> Int {
      let least = (filters + tileFilters - 1) / tileFilters
      let choices = least...max(least, min(filters / 12, least + threads - 1))
      let parts =
        choices.first { $0 * columns % threads == 0 }
        ?? choices.first { $0 * columns >= threads } ?? choices.upperBound
      let share = (filters + parts - 1) / parts
      // The loop takes six at once.
      return min(filters, (share + 5) / 6 * 6)
    }

    /// Elements of a tile that is not the output itself.
    var scratchCount: Int { planes.rowsAreDense ? 1 : filters * windows }
    /// Tiles along the windows.
    var columns: Int { (planes.runCount + windows - 1) / windows }
    /// Tiles of one group of one image.
    var tiles: Int { (problem.groupFilters + filters - 1) / filters * columns }
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
      let scratch = UnsafeMutablePointer<E>.allocate(capacity: form.scratchCount)
      defer {
        unsafe padded.deallocate()
        unsafe scratch.deallocate()
      }
      unsafe padded.initialize(repeating: 0, count: size)
      for job in range {
        let group = job % problem.groups
        unsafe convolve(
          form, padded, scratch, input + job * problem.groupChannels * problem.window.input.count,
          weight + group * problem.groupFilters * problem.depth,
          output + job * problem.groupFilters * problem.window.output.count,
          firstFilter: group * problem.groupFilters,
          threads: together || work < 131072 ? 1 : threads)
      }
    }
  }

  /// Convolves one group of one image; `scratch` is for one thread.
  private static func convolve<E: KernelFloat>(
    _ form: Form<E>, _ padded: UnsafeMutablePointer<E>, _ scratch: UnsafeMutablePointer<E>,
    _ input: UnsafePointer<E>, _ weight: UnsafePointer<E>, _ output: UnsafeMutablePointer<E>,
    firstFilter: Int, threads: Int
  ) {
    let (channels, plane) = (form.problem.groupChannels, form.problem.window.input.count)
    guard threads > 1 else {
      for channel in 0..<channels {
        unsafe form.planes.fill(padded + channel * form.planes.count, input + channel * plane)
      }
      for tile in 0..<form.tiles {
        unsafe convolve(form, tile, padded, scratch, weight, output, firstFilter)
      }
      return
    }
    Parallel.forEachRange(channels, threads: threads) { channels in
      for channel in channels {
        unsafe form.planes.fill(padded + channel * form.planes.count, input + channel * plane)
      }
    }
    Parallel.forEachRange(form.tiles, threads: threads) { tiles in
      let scratch = UnsafeMutablePointer<E>.allocate(capacity: form.scratchCount)
      defer { unsafe scratch.deallocate() }
      for tile in tiles {
        unsafe convolve(form, tile, padded, scratch, weight, output, firstFilter)
      }
    }
  }

  /// Some windows of some filters.
  private static func convolve<E: KernelFloat>(
    _ form: Form<E>, _ tile: Int, _ padded: UnsafePointer<E>, _ scratch: UnsafeMutablePointer<E>,
    _ weight: UnsafePointer<E>, _ output: UnsafeMutablePointer<E>, _ firstFilter: Int
  ) {
    let (problem, planes) = (form.problem, form.planes)
    let filter = tile / form.columns * form.filters
    let members = min(form.filters, problem.groupFilters - filter)
    let first = tile % form.columns * form.windows
    let width = min(form.windows, planes.runCount - first)
    let area = problem.window.output.count
    let out = unsafe planes.rowsAreDense ? output + filter * area + first : scratch
    unsafe sum(
      form, padded + first, weight + filter * problem.depth, members, firstFilter + filter, out,
      planes.rowsAreDense ? area : width, width)
    guard !planes.rowsAreDense else { return }
    for member in 0..<members {
      unsafe planes.compact(
        scratch + member * width, first..<(first + width), to: output + (filter + member) * area)
    }
  }

  /// Sums a tile, a block of channels after the other.
  private static func sum<E: KernelFloat>(
    _ form: Form<E>, _ input: UnsafePointer<E>, _ weight: UnsafePointer<E>, _ filters: Int,
    _ firstFilter: Int, _ output: UnsafeMutablePointer<E>, _ rowStride: Int, _ count: Int
  ) {
    let depth = form.problem.depth
    let block = form.channels * form.problem.window.kernel.count
    unsafe form.problem.bias.withUnsafeBufferPointer { bias in
      unsafe form.taps.withUnsafeBufferPointer { taps in
        for first in stride(from: 0, to: depth, by: block) {
          let end = min(depth, first + block)
          unsafe E.convolve(
            input, UnsafeBufferPointer(rebasing: taps[first..<end]), weight + first,
            weightStride: depth, filters,
            bias.isEmpty ? nil : bias.baseAddress.map { unsafe $0 + firstFilter },
            adds: first > 0, output, rowStride, count)
        }
      }
    }
  }
}
