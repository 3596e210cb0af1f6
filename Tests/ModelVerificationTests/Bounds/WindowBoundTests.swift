import GraphEvaluation
import ModelIR
import TestSupport
import Testing

@testable import ModelVerification

/// The bound of a convolution from window sums, against loops over its definition.
@Suite struct WindowBoundTests {
  struct Shape: CustomTestStringConvertible, Sendable {
    var groups = 1
    var kernel = [3, 3]
    var stride = 1
    var dilation = 1
    var pads = [0, 0, 0, 0]
    var hasBias = true
    var type = DataType.float32

    var testDescription: String {
      "\(groups) groups, \(kernel), stride \(stride), dilation \(dilation), pads \(pads), \(type)"
    }
  }

  private static let shapes = [
    Shape(), Shape(pads: [1, 2, 0, 1]), Shape(groups: 2, pads: [1, 1, 1, 1]),
    Shape(kernel: [1, 1]), Shape(kernel: [1, 3], stride: 2, pads: [0, 1, 0, 1]),
    Shape(dilation: 2, pads: [2, 2, 2, 2], hasBias: false),
    Shape(groups: 2, kernel: [2, 2], type: .float16), Shape(type: .float64),
  ]
  private static let (batch, channels, inputs, extents) = (2, 8, 4, [5, 6])

  private struct Case {
    let shape: Shape
    let propagator: BoundPropagator
    let node: NodeID
    let x: [Double]
    let weight: [Double]
    let bias: [Double]
    let output: [Int]
    let result: RuntimeTensor

    /// Draws the numbers; `change` may replace those of x and W before they are stored.
    init(
      _ shape: Shape, seed: UInt64 = 1, channels: Int = WindowBoundTests.channels,
      mode: BoundPropagator.Mode = .sure, roundings: Double = 1,
      _ change: (inout [Double], inout [Double]) -> Void = { _, _ in }
    ) throws {
      self.shape = shape
      var random = SplitMix64(seed: seed)
      let (batch, inputs, extents) = (
        WindowBoundTests.batch, WindowBoundTests.inputs, WindowBoundTests.extents
      )
      var x = (0..<(batch * inputs * extents[0] * extents[1])).map { _ in
        max(0, random.normal())
      }
      let perGroup = inputs / shape.groups
      var weight = (0..<(channels * perGroup * shape.kernel[0] * shape.kernel[1])).map { _ in
        random.normal()
      }
      change(&x, &weight)
      self.x = x
      bias = shape.hasBias ? (0..<channels).map { _ in random.normal() } : []
      var sketch = GraphSketch(shape.type)
      let data = sketch.input("x", [batch, inputs] + extents)
      let w = try sketch.constant("w", weight, [channels, perGroup] + shape.kernel)
      let b = shape.hasBias ? try sketch.constant("b", bias, [channels]) : nil
      let y = sketch.node(
        "Conv", [data, w, b], "y",
        [
          Attribute("group", .int(Int64(shape.groups))),
          Attribute("strides", .ints([Int64](repeating: Int64(shape.stride), count: 2))),
          Attribute("dilations", .ints([Int64](repeating: Int64(shape.dilation), count: 2))),
          Attribute("pads", .ints(shape.pads.map { Int64($0) })),
        ], name: "conv")
      sketch.output(y)
      let model = sketch.model
      node = try sketch.id("conv")
      let options = EvaluationOptions(threads: 1)
      var values = [
        data: RuntimeTensor(
          dataType: shape.type, shape: [batch, inputs] + extents, elements: .double(x))
      ]
      try GraphRunner(model: model, precision: .double, options: options)
        .run(nodes: [node], values: &values)
      result = try #require(values[y])
      output = result.shape
      let constants = ConstantSet(model, defaultsAreConstant: false)
      let resolver = ConstantResolver(model, constants, options)
      self.weight = try #require(try resolver.value(w)).doubles()
      let known = values
      propagator = BoundPropagator(
        model: model, constants: constants, resolver: resolver, options: options, mode: mode,
        roundings: roundings, isUnchanged: { _ in false }, values: { known[$0] })
    }

    func bound() throws -> [Double]? {
      try propagator.windowBound(propagator.model[node])?.absolute
    }

    /// Σ of `term` over the products of each element.
    func sums(_ term: (_ weight: Double, _ x: Double) -> Double) -> [Double] {
      let (kernel, extents) = (shape.kernel, WindowBoundTests.extents)
      let (inputs, channels) = (WindowBoundTests.inputs, output[1])
      let (perGroup, outputs) = (inputs / shape.groups, channels / shape.groups)
      var result: [Double] = []
      for n in 0..<output[0] {
        for o in 0..<channels {
          for row in 0..<output[2] {
            for column in 0..<output[3] {
              var sum = 0.0
              for c in 0..<perGroup {
                for (u, v) in (0..<kernel[0]).flatMap({ u in (0..<kernel[1]).map { (u, $0) } }) {
                  let i = row * shape.stride + u * shape.dilation - shape.pads[0]
                  let j = column * shape.stride + v * shape.dilation - shape.pads[1]
                  guard
                    extents.indices.allSatisfy({ [i, j][$0] >= 0 && [i, j][$0] < extents[$0] })
                  else { continue }
                  let channel = o / outputs * perGroup + c
                  sum += term(
                    weight[((o * perGroup + c) * kernel[0] + u) * kernel[1] + v],
                    x[((n * inputs + channel) * extents[0] + i) * extents[1] + j])
                }
              }
              result.append(sum)
            }
          }
        }
      }
      return result
    }
  }

  /// u·‖W′ₒ‖·√Σx² + u·|b|, and never less than u·(|W′| ∗ |x|) + u·|b|.
  @Test(arguments: shapes) func isItsDefinition(shape: Shape) throws {
    let test = try Case(shape)
    let bound = try #require(try test.bound())
    let u = try #require(shape.type.unitRoundoff)
    let length = test.weight.count / test.output[1]
    let growth = shape.type == .float64 ? 1 + Double(length).squareRoot() : 1
    let windows = test.sums { $1 * $1 }
    let sure = test.sums { ($0 * $1).magnitude }
    let plane = test.output[2] * test.output[3]
    #expect(bound.count == windows.count)
    for element in bound.indices {
      let channel = element / plane % test.output[1]
      let row = test.weight[(channel * length)..<((channel + 1) * length)]
      let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let shift = test.bias.isEmpty ? 0 : u * test.bias[channel].magnitude
      let expected = growth * u * norm * windows[element].squareRoot() + shift
      #expect((bound[element] - expected).magnitude <= 1e-3 * u * (norm + shift))
      #expect(bound[element] >= (u * sure[element] + shift) * (1 - 1e-3))
    }
  }

  /// Statistical: variance u²·W² ∗ 1, with only the taps that lie inside the input.
  @Test(arguments: shapes) func variance(shape: Shape) throws {
    let test = try Case(shape, mode: .statistical)
    let node = test.propagator.model[test.node]
    test.propagator.normal = [try #require(node.input(0))]
    guard case .amounts(let amounts)? = try test.propagator.linear(node, test.node).first else {
      Issue.record("no bound")
      return
    }
    let variance = try #require(amounts.variance)
    let u = try #require(shape.type.unitRoundoff)
    let length = test.weight.count / test.output[1]
    let growth = shape.type == .float64 ? 1 + Double(length).squareRoot() : 1
    let squares = test.sums { weight, _ in weight * weight }
    #expect(variance.count == squares.count)
    for (found, sum) in zip(variance, squares) {
      let expected = growth * growth * u * u * sum
      #expect((found - expected).magnitude <= 1e-12 * expected)
    }
  }

  /// Where all magnitudes are the same, the two bounds are.
  @Test func isTightForEqualMagnitudes() throws {
    let test = try Case(Shape(hasBias: false)) { x, weight in
      for i in x.indices { x[i] = i % 3 == 0 ? -1.5 : 1.5 }
      for i in weight.indices { weight[i] = i % 2 == 0 ? -0.25 : 0.25 }
    }
    let bound = try #require(try test.bound())
    for (found, sure) in zip(bound, test.sums({ ($0 * $1).magnitude })) {
      #expect((found - 0x1p-24 * sure).magnitude <= 1e-12 * found)
    }
  }

  /// Numbers whose squares Double does not hold.
  @Test func tinyNumbersKeepABound() throws {
    let test = try Case(Shape(hasBias: false, type: .float64)) { x, _ in
      for i in x.indices { x[i] *= 1e-200 }
    }
    let bound = try #require(try test.bound())
    for (found, sure) in zip(bound, test.sums({ ($0 * $1).magnitude })) {
      #expect(found >= 0x1p-53 * sure)
    }
  }

  @Test func doesNotApplyToFewChannels() throws {
    #expect(try Case(Shape(), channels: 3).bound() == nil)
  }

  /// Those of another program's file, which no recomputed claim judges as well.
  @Test func doesNotApplyToSeveralRoundings() throws {
    #expect(try Case(Shape(), roundings: 8).bound() == nil)
  }

  @Test(arguments: [Double.infinity, .nan, 1e200])
  func doesNotApplyToWhatHasNoSquare(number: Double) throws {
    #expect(try Case(Shape()) { x, _ in x[7] = number }.bound() == nil)
  }

  @Test func doesNotApplyToInexactInputs() throws {
    let test = try Case(Shape())
    let data = try #require(test.propagator.model[test.node].input(0))
    test.propagator.bounds[data] = .amounts(
      ErrorAmounts(variance: nil, absolute: [Double](repeating: 1, count: test.x.count)))
    #expect(try test.bound() == nil)
  }
}
