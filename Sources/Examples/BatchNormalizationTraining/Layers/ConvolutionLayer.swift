internal import GraphEvaluation

/// A convolution of square kernels, without bias: what follows normalizes.
///
/// Rows are places (N, H, W), columns are feature maps; so it is one matrix product of the
/// patches [N·oH·oW, k·k·C] with the weights [O, k·k·C].
final class ConvolutionLayer<Number: TrainingFloat> {
  let input: ImageShape
  let output: ImageShape
  let kernel: Int
  let stride: Int
  let padding: Int
  /// The filters, [O, kH, kW, C].
  let weight: Parameter<Number>
  private var patches: [Number] = []

  /// A layer of `channels` filters; `weights` holds kernel² · input.channels numbers for each.
  init(
    input: ImageShape, channels: Int, kernel: Int, stride: Int, padding: Int, weights: [Number]
  ) {
    self.input = input
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    output = Self.output(
      of: input, channels: channels, kernel: kernel, stride: stride, padding: padding)
    weight = Parameter(
      name: "weight", shape: [channels, kernel, kernel, input.channels], isRegularized: true,
      values: weights)
  }

  /// The extents that a layer makes.
  static func output(
    of input: ImageShape, channels: Int, kernel: Int, stride: Int, padding: Int
  ) -> ImageShape {
    ImageShape(
      height: (input.height + 2 * padding - kernel) / stride + 1,
      width: (input.width + 2 * padding - kernel) / stride + 1, channels: channels)
  }

  private var patchCount: Int { kernel * kernel * input.channels }

  /// Shapes: `x` [N·H·W, C] to [N·oH·oW, O].
  func forward(_ x: Matrix<Number>, keeps: Bool) -> Matrix<Number> {
    let samples = x.rows / input.places
    var patches = [Number](repeating: 0, count: samples * output.places * patchCount)
    walk(samples: samples) { patch, place, count in
      for element in 0..<count { patches[patch + element] = x.elements[place + element] }
    }
    var y = Matrix<Number>(rows: samples * output.places, columns: output.channels)
    Number.multiply(
      ArrayProduct.Size(m: y.rows, n: y.columns, k: patchCount), .init(patches),
      .init(transposed: weight.values), into: &y.elements, adding: false)
    if keeps { self.patches = patches }
    return y
  }

  /// Sets ∂ℓ/∂W = dyᵀ·patches and gives ∂ℓ/∂x: dy·W, added up where patches overlap.
  func backward(_ dy: Matrix<Number>) -> Matrix<Number> {
    Number.multiply(
      ArrayProduct.Size(m: dy.columns, n: patchCount, k: dy.rows),
      .init(transposed: dy.elements), .init(patches), into: &weight.gradient, adding: false)
    var spread = [Number](repeating: 0, count: dy.rows * patchCount)
    Number.multiply(
      ArrayProduct.Size(m: dy.rows, n: patchCount, k: dy.columns), .init(dy.elements),
      .init(weight.values), into: &spread, adding: false)
    let samples = dy.rows / output.places
    var dx = Matrix<Number>(rows: samples * input.places, columns: input.channels)
    walk(samples: samples) { patch, place, count in
      for element in 0..<count { dx.elements[place + element] += spread[patch + element] }
    }
    return dx
  }

  /// Calls with each stretch of a patch that lies inside the image.
  ///
  /// It is told where it is among the patches, where in the image, and how many numbers it has.
  /// Padding is what is left out.
  private func walk(samples: Int, _ body: (_ patch: Int, _ place: Int, _ count: Int) -> Void) {
    let channels = input.channels
    for sample in 0..<samples {
      for row in 0..<output.height {
        for column in 0..<output.width {
          let patch = ((sample * output.height + row) * output.width + column) * patchCount
          let left = column * stride - padding
          let taps = max(0, -left)..<max(0, -left, min(kernel, input.width - left))
          for tap in 0..<kernel {
            let y = row * stride + tap - padding
            guard y >= 0, y < input.height, !taps.isEmpty else { continue }
            let place = (sample * input.height + y) * input.width + left + taps.lowerBound
            body(
              patch + (tap * kernel + taps.lowerBound) * channels, place * channels,
              taps.count * channels)
          }
        }
      }
    }
  }
}
