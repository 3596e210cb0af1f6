/// Convolution as matrix products: y = w · columns, where the columns hold each window's elements.
///
/// The columns are made for a tile of windows at a time, so that they stay in cache and memory does
/// not grow with the kernel; pointwise convolutions read the input itself.
enum ProductConvolution {
  /// Elements of one tile of columns: 512 KiB of Float.
  private static let tileElements = 1 << 17

  static func run<E: KernelFloat>(
    _ problem: ConvolutionKernels.Problem<E>, _ inputs: [E], _ weights: [E], _ count: Int,
    _ context: KernelContext
  ) throws -> [E] {
    try MatrixProduct.check(problem.groupFilters, problem.window.output.count, problem.depth)
    return unsafe ElementArray.make(count) { output in
      _ = unsafe ElementArray.withPointer(inputs) { input in
        unsafe ElementArray.withPointer(weights) { weight in
          if problem.window.isPointwise {
            unsafe pointwise(problem, input, weight, output, context.threads)
          } else {
            unsafe tiled(problem, input, weight, output, context.threads)
          }
        }
      }
    }
  }

  private static func pointwise<E: KernelFloat>(
    _ problem: ConvolutionKernels.Problem<E>, _ input: UnsafePointer<E>,
    _ weight: UnsafePointer<E>, _ output: UnsafeMutablePointer<E>, _ threads: Int
  ) {
    let positions = problem.window.output.count
    for image in 0..<problem.batch {
      for group in 0..<problem.groups {
        let filter = group * problem.groupFilters
        let out = unsafe output + (image * problem.filters + filter) * positions
        unsafe setBias(problem, filter, out, rowStride: positions, positions)
        unsafe MatrixProduct.multiply(
          .init(m: problem.groupFilters, n: positions, k: problem.depth),
          .init(weight + filter * problem.depth, rowStride: problem.depth),
          .init(
            input + (image * problem.channels + group * problem.groupChannels) * positions,
            rowStride: positions),
          beta: problem.bias.isEmpty ? 0 : 1, out, rowStride: positions, threads: threads)
      }
    }
  }

  private static func tiled<E: KernelFloat>(
    _ problem: ConvolutionKernels.Problem<E>, _ input: UnsafePointer<E>,
    _ weight: UnsafePointer<E>, _ output: UnsafeMutablePointer<E>, _ threads: Int
  ) {
    let positions = problem.window.output.count
    let plane = problem.window.input.count
    let share = (positions + threads - 1) / threads
    let widest = max(64, (tileElements / problem.depth) & ~15)
    // Threads get tiles of the same size where that is possible.
    let tilesPerShare = max(1, (share + widest - 1) / widest)
    let tile = min(positions, (share + tilesPerShare - 1) / tilesPerShare)
    let tiles = (positions + tile - 1) / tile
    let jobs = problem.batch * problem.groups * tiles
    Parallel.forEachRange(jobs, threads: threads) { range in
      let columns = UnsafeMutablePointer<E>.allocate(capacity: problem.depth * tile)
      defer { unsafe columns.deallocate() }
      for job in range {
        let (image, group, first) = (
          job / (problem.groups * tiles), job / tiles % problem.groups, job % tiles * tile
        )
        let width = min(tile, positions - first)
        let filter = group * problem.groupFilters
        let source =
          unsafe input
          + (image * problem.channels + group * problem.groupChannels) * plane
        let out = unsafe output + (image * problem.filters + filter) * positions + first
        unsafe WindowColumns.fill(
          columns, source, channels: problem.groupChannels, problem.window,
          first..<(first + width))
        unsafe setBias(problem, filter, out, rowStride: positions, width)
        unsafe MatrixProduct.multiply(
          .init(m: problem.groupFilters, n: width, k: problem.depth),
          .init(weight + filter * problem.depth, rowStride: problem.depth),
          .init(columns, rowStride: width), beta: problem.bias.isEmpty ? 0 : 1, out,
          rowStride: positions)
      }
    }
  }

  private static func setBias<E: KernelFloat>(
    _ problem: ConvolutionKernels.Problem<E>, _ filter: Int, _ output: UnsafeMutablePointer<E>,
    rowStride: Int, _ width: Int
  ) {
    guard !problem.bias.isEmpty else { return }
    for row in 0..<problem.groupFilters {
      unsafe (output + row * rowStride).update(
        repeating: problem.bias[filter + row], count: width)
    }
  }
}
