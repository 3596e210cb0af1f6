import ModelIR
import TestSupport
import Testing

@testable import GraphEvaluation

/// Convolutions large enough for tiles and threads, against the definition's own loops.
@Suite struct ConvolutionTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    var batch = 1
    var channels: Int
    var filters: Int
    var size: Int
    var kernel: Int
    var stride = 1
    var pad = 0
    var groups = 1

    var testDescription: String {
      "\(batch) images, \(channels) to \(filters) channels, \(size)², kernel \(kernel), "
        + "stride \(stride), \(groups) groups"
    }
    var output: Int { (size + 2 * pad - kernel) / stride + 1 }
  }

  /// One and several tiles of windows, of filters and blocks of channels, one and many jobs, whole
  /// blocks and rests.
  static let shapes = [
    Shape(channels: 24, filters: 20, size: 40, kernel: 3, pad: 1),
    Shape(channels: 3, filters: 13, size: 33, kernel: 7, stride: 2, pad: 3),
    Shape(batch: 9, channels: 4, filters: 7, size: 9, kernel: 3, pad: 1),
    Shape(channels: 16, filters: 16, size: 33, kernel: 3, stride: 2, pad: 1, groups: 16),
    Shape(channels: 8, filters: 5, size: 9, kernel: 1),
    Shape(batch: 2, channels: 70, filters: 12, size: 6, kernel: 1),
    Shape(channels: 6, filters: 4, size: 12, kernel: 1, stride: 2, groups: 2),
    Shape(channels: 2, filters: 3, size: 20, kernel: 2, stride: 9),
    Shape(channels: 70, filters: 200, size: 7, kernel: 3, pad: 1),
  ]

  private func numbers(_ count: Int, _ random: inout SplitMix64) -> [Double] {
    // Multiples of 1/64 up to 2: their products and sums are exact in Float.
    (0..<count).map { _ in Double(Int.random(in: -128...128, using: &random)) / 64 }
  }

  /// y[n, m, i, j] = b[m] + Σ w[m, c, k, l] · x[n, c, i·stride + k − pad, j·stride + l − pad].
  private func defined(_ s: Shape, _ x: [Double], _ w: [Double], _ b: [Double]) -> [Double] {
    var result: [Double] = []
    let (inGroup, outGroup) = (s.channels / s.groups, s.filters / s.groups)
    for n in 0..<s.batch {
      for m in 0..<s.filters {
        for place in 0..<(s.output * s.output) {
          let (i, j) = (place / s.output, place % s.output)
          var sum = b[m]
          for c in 0..<inGroup {
            let plane = (n * s.channels + m / outGroup * inGroup + c) * s.size
            for k in 0..<s.kernel {
              let y = i * s.stride + k - s.pad
              guard y >= 0, y < s.size else { continue }
              for l in 0..<s.kernel {
                let z = j * s.stride + l - s.pad
                guard z >= 0, z < s.size else { continue }
                sum +=
                  w[((m * inGroup + c) * s.kernel + k) * s.kernel + l]
                  * x[(plane + y) * s.size + z]
              }
            }
          }
          result.append(sum)
        }
      }
    }
    return result
  }

  @Test(arguments: shapes, [EvaluationPrecision.stored, .double])
  func isTheDefinedSum(_ s: Shape, precision: EvaluationPrecision) throws {
    var random = SplitMix64(seed: 5)
    let x = numbers(s.batch * s.channels * s.size * s.size, &random)
    let w = numbers(s.filters * s.channels / s.groups * s.kernel * s.kernel, &random)
    let b = numbers(s.filters, &random)
    let stride = Int64(s.stride)
    let example = KernelCase(
      s.testDescription, "Conv", opset: 13,
      attributes: [
        Attribute("strides", .ints([stride, stride])),
        Attribute("pads", .ints(Array(repeating: Int64(s.pad), count: 4))),
        Attribute("group", .int(Int64(s.groups))),
      ],
      inputs: [
        .init(.float32, [s.batch, s.channels, s.size, s.size], x),
        .init(.float32, [s.filters, s.channels / s.groups, s.kernel, s.kernel], w),
        .init(.float32, [s.filters], b),
      ],
      outputs: [.init(.float32, [s.batch, s.filters, s.output, s.output], [])])
    let expected = defined(s, x, w, b)
    for threads in [1, 2, 3] {
      let found = try example.run(precision, options: EvaluationOptions(threads: threads))
      #expect(found[0].doubles() == expected, "\(threads) threads")
    }
  }
}
