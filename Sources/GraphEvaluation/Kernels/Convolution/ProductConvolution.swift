/// Convolution as matrix products: y = w · columns, where the columns hold each window's elements.
///
/// The columns are made for a tile of windows at a time, so that they stay in cache and memory does
/// not grow with the kernel; pointwise convolutions read the input itself.
enum ProductConvolution {
  /// Elements of one tile of columns: 512 KiB of Float.
  private static let tileElements = 1 << 17

  /// Channels up to which a pointwise convolution is faster by shifted runs: measured, 30 against
  /// 25 billion products a second at 32 channels, 21 against 35 at 320.
  private static let narrowDepth = 64

  static func run<E: KernelFloat>(
    _ problem: ConvolutionKernels.Problem<E>, _ inputs: [E], _ weights: [E], _ count: Int,
    _ context: KernelContext
  ) throws -> [E] {
    try MatrixProduct.check(problem.groupFilters, problem.window.output.count, problem.depth)
    return unsafe ElementArray.make(count) { output in
      _ = unsafe ElementArray.withPointer(inputs) { input in
        unsafe ElementArray.withPointer(weights) { weight in
          if problem.window.isPointwise, problem.depth <= narrowDepth {
            unsafe narrow(problem, input, weight, output, context.threads)
          } else if problem.window.isPointwise {
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

  /// Sums of runs of the input itself, which are its channels; see `TapConvolution`.
  private static func narrow<E: KernelFloat>(
    _ problem: ConvolutionKernels.Problem<E>, _ input: UnsafePointer<E>,
    _ weight: UnsafePointer<E>, _ output: UnsafeMutablePointer<E>, _ threads: Int
  ) {
    let positions = problem.window.output.count
    let offsets = (0..<problem.depth).map { $0 * positions }
    // The loop reads whole blocks of 16; the rest is convolved from a copy with room behind it.
    let whole = positions & ~15
    let restOffsets = (0..<problem.depth).map { $0 * 16 }
    for job in 0..<(problem.batch * problem.groups) {
      let filter = job % problem.groups * problem.groupFilters
      let source = unsafe input + job * problem.depth * positions
      let out = unsafe output + job * problem.groupFilters * positions
      let weights = unsafe weight + filter * problem.depth
      unsafe problem.bias.withUnsafeBufferPointer { bias in
        let bias = unsafe bias.isEmpty ? nil : bias.baseAddress.map { unsafe $0 + filter }
        let blocks = whole / 16
        let grain = max(12, 65536 / (problem.groupFilters * problem.depth))
        Parallel.forEachRange(blocks, threads: threads, grain: grain) { range in
          for first in stride(from: range.lowerBound, to: range.upperBound, by: 12) {
            let count = min(12, range.upperBound - first) * 16
            unsafe E.convolve(
              source + first * 16, offsets, weights, problem.groupFilters, bias,
              out + first * 16, positions, count)
          }
        }
        guard whole < positions else { return }
        var rest = [E](repeating: 0, count: problem.depth * 16)
        for channel in 0..<problem.depth {
          for place in whole..<positions {
            unsafe rest[channel * 16 + place - whole] = source[channel * positions + place]
          }
        }
        _ = unsafe ElementArray.withPointer(rest) {
          unsafe E.convolve(
            $0, restOffsets, weights, problem.groupFilters, bias, out + whole, positions,
            positions - whole)
        }
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
