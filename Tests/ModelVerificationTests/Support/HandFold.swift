import ModelIR
import ModelVerification
import TestSupport
import Testing

/// A network of linear operators with BatchNormalization and Relu, and the same network folded by
/// hand, in Double, by formulas written here.
///
/// Layer i: x → linear "linear<i>" → "pre<i>" → BatchNormalization "bn<i>" → "norm<i>" → Relu →
/// "act<i>"; folded: x → linear → "norm<i>" → Relu → "act<i>", with weights "weight<i>.folded" and
/// "bias<i>.folded".
struct HandFold {
  var original: Model
  var written: Model
  var claims: [NamedClaim] = []
  let type: DataType
  let kinds: [LinearKind]

  /// What the verifier says of the two.
  func verify(
    claims: [NamedClaim]?, _ change: (inout VerificationOptions) -> Void = { _ in }
  ) throws -> VerificationReport {
    var options = VerificationOptions()
    change(&options)
    return try Verifier(
      original: original, written: written, claims: claims, options: options
    ).verify()
  }

  func verify(
    _ change: (inout VerificationOptions) -> Void = { _ in }
  ) throws -> VerificationReport {
    try verify(claims: claims, change)
  }

  init(
    _ kinds: [LinearKind], _ type: DataType = .float32, seed: UInt64,
    variances: ClosedRange<Double> = 1e-7...1e3, opset: Int = 15
  ) throws {
    self.type = type
    self.kinds = kinds
    original = Model(header: Model.Header(irVersion: 8), opsets: ["": opset])
    written = original
    var random = SplitMix64(seed: seed)
    let dimensions = kinds[0].input.map { Dimension.known($0) }
    let main = original.mainGraph
    var x = original.addInput("x", type: .tensor(type, dimensions), to: main)
    var y = written.addInput("x", type: .tensor(type, dimensions), to: main)
    for (layer, kind) in kinds.enumerated() {
      (x, y) = try addLayer(layer, kind, x, y, variances, &random)
    }
    original[main].outputs = [x]
    written[main].outputs = [y]
  }

  // MARK: Building

  private mutating func addLayer(
    _ layer: Int, _ kind: LinearKind, _ x: ValueID, _ y: ValueID,
    _ variances: ClosedRange<Double>, _ random: inout SplitMix64
  ) throws -> (ValueID, ValueID) {
    let count = kind.weight.reduce(1, *)
    let size = 1 / Double(max(1, count / kind.outputs)).squareRoot()
    let w = numbers(count) { size * random.normal() }
    let b = numbers(kind.outputs) { 0.1 * random.normal() }
    let bn = BatchNorm(kind.outputs, type, variances, &random)
    let main = original.mainGraph

    func initializer(_ name: String, _ values: [Double], _ shape: [Int]) throws -> ValueID {
      original.addInitializer(name, try StoredNumbers.tensor(values, shape, type), to: main)
    }
    let weight = try initializer("weight\(layer)", w, kind.weight)
    let bias = try kind.hasBias ? initializer("bias\(layer)", b, [kind.outputs]) : nil
    let (pre, linear) = Self.addLinear(kind, layer, "pre\(layer)", x, weight, bias, &original)
    let norm = original.addValue(Value(name: "norm\(layer)", graph: main))
    let parameters = try [
      initializer("gamma\(layer)", bn.gamma, [kind.outputs]),
      initializer("beta\(layer)", bn.beta, [kind.outputs]),
      initializer("mean\(layer)", bn.mean, [kind.outputs]),
      initializer("variance\(layer)", bn.variance, [kind.outputs]),
    ]
    let node = original.addNode(
      Node(
        name: "bn\(layer)", opType: "BatchNormalization", graph: main,
        inputs: [pre] + parameters, outputs: [norm],
        attributes: [Attribute("epsilon", .float(1e-5))]))
    let out = Self.addRelu(layer, norm, &original)

    // The fold: W′ = s·W by output channel, b′ = s·(b − mean) + beta.
    var folded = w
    let shape = try #require(TensorShape(kind.weight))
    for i in folded.indices {
      folded[i] *= bn.scale[kind.channels.channel(at: coordinates(i, shape))]
    }
    let foldedBias = (0..<kind.outputs).map { o in
      bn.scale[o] * ((kind.hasBias ? b[o] : 0) - bn.mean[o]) + bn.beta[o]
    }
    let weight2 = written.addInitializer(
      "weight\(layer).folded", try StoredNumbers.tensor(folded, kind.weight, type), to: main)
    let bias2 = written.addInitializer(
      "bias\(layer).folded", try StoredNumbers.tensor(foldedBias, [kind.outputs], type), to: main)
    let (norm2, _) = Self.addLinear(kind, layer, "norm\(layer)", y, weight2, bias2, &written)
    let step = FoldClaim.Step(affine: [node], side: .output, index: kind.channels)
    claims.append(
      claim("weight\(layer).folded", weight2, .weight, linear, weight, step))
    var biasStep = step
    biasStep.index = .axis(0)
    claims.append(
      claim("bias\(layer).folded", bias2, .bias(weight: nil), linear, bias, biasStep))
    return (out, Self.addRelu(layer, norm2, &written))
  }

  private func claim(
    _ name: String, _ target: ValueID, _ role: FoldClaim.Role, _ linear: NodeID,
    _ source: ValueID?, _ step: FoldClaim.Step
  ) -> NamedClaim {
    NamedClaim(
      claim: FoldClaim(
        target: target, role: role, linearNode: linear, source: source, steps: [step]),
      targetName: name, graph: original.mainGraph)
  }

  /// The operator, and an Add where it has no bias input of its own.
  private static func addLinear(
    _ kind: LinearKind, _ layer: Int, _ output: String, _ x: ValueID, _ weight: ValueID,
    _ bias: ValueID?, _ model: inout Model
  ) -> (ValueID, NodeID) {
    let main = model.mainGraph
    let y = model.addValue(Value(name: output, graph: main))
    guard kind.opType == "MatMul", let bias else {
      let node = model.addNode(
        Node(
          name: "linear\(layer)", opType: kind.opType, graph: main,
          inputs: [x, weight] + (bias.map { [$0] } ?? []), outputs: [y],
          attributes: kind.attributes))
      return (y, node)
    }
    let product = model.addValue(Value(name: "\(output).product", graph: main))
    let node = model.addNode(
      Node(
        name: "linear\(layer)", opType: "MatMul", graph: main, inputs: [x, weight],
        outputs: [product]))
    model.addNode(
      Node(
        name: "add\(layer)", opType: "Add", graph: main, inputs: [product, bias], outputs: [y]))
    return (y, node)
  }

  private static func addRelu(_ layer: Int, _ x: ValueID, _ model: inout Model) -> ValueID {
    let y = model.addValue(Value(name: "act\(layer)", graph: model.mainGraph))
    model.addNode(
      Node(
        name: "relu\(layer)", opType: "Relu", graph: model.mainGraph, inputs: [x], outputs: [y]))
    return y
  }

  private func numbers(_ count: Int, _ make: () -> Double) -> [Double] {
    (0..<count).map { _ in StoredNumbers.rounded(make(), to: type) }
  }

  private func coordinates(_ element: Int, _ shape: TensorShape) -> [Int] {
    zip(shape.strides, shape.dimensions).map { element / $0 % $1 }
  }

  // MARK: Changing the written model

  /// The elements of a stored tensor of the written model.
  func numbers(_ name: String) throws -> [Double] {
    try #require(written[value(name)].initializer).doubles()
  }

  /// Stores other elements under a name of the written model.
  mutating func set(_ name: String, _ values: [Double]) throws {
    let id = try value(name)
    let shape = try #require(written[id].initializer).shape.dimensions
    written[id].initializer = try StoredNumbers.tensor(values, shape, type)
  }

  /// Changes a node of the written model.
  mutating func change(_ name: String, _ body: (inout Node) -> Void) throws {
    let id = try #require(
      written[written.mainGraph].nodes.first { written[$0].name == name })
    var node = written[id]
    body(&node)
    written[id] = node
  }

  func value(_ name: String) throws -> ValueID {
    try #require(written.values.indices.map { ValueID($0) }.first { written[$0].name == name })
  }
}

/// Parameters of a BatchNormalization as they are stored, and what they make.
struct BatchNorm {
  var gamma: [Double] = []
  var beta: [Double] = []
  var mean: [Double] = []
  var variance: [Double] = []

  /// Log-uniform variances; means of the size of a standard deviation.
  init(
    _ channels: Int, _ type: DataType, _ variances: ClosedRange<Double>,
    _ random: inout SplitMix64
  ) {
    let span = variances.upperBound / variances.lowerBound
    for _ in 0..<channels {
      // Powers of two between the ends are as good as log-uniform ones.
      let steps = Double.random(in: 0...1, using: &random) * Self.log2(span)
      let v = variances.lowerBound * Self.power(steps)
      variance.append(StoredNumbers.rounded(v, to: type))
      mean.append(StoredNumbers.rounded(random.normal() * v.squareRoot(), to: type))
      gamma.append(StoredNumbers.rounded(1 + 0.3 * random.normal(), to: type))
      beta.append(StoredNumbers.rounded(0.5 * random.normal(), to: type))
    }
  }

  /// gamma / √(variance + epsilon).
  var scale: [Double] {
    zip(gamma, variance).map { $0 / ($1 + Double(Float(1e-5))).squareRoot() }
  }

  private static func log2(_ x: Double) -> Double {
    Double(x.exponent) + (x.significand - 1)
  }

  private static func power(_ x: Double) -> Double {
    let whole = x.rounded(.down)
    return Double(sign: .plus, exponent: Int(whole), significand: 1 + (x - whole))
  }
}
