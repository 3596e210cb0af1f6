import ModelIR
import TestSupport
import Testing

/// Builds graphs of a model in few words.
struct GraphSketch {
  var model: Model
  var graph: GraphID
  let type: DataType

  init(_ type: DataType = .float32, opset: Int = 15) {
    model = Model(header: Model.Header(irVersion: 8), opsets: ["": opset])
    graph = model.mainGraph
    self.type = type
  }

  @discardableResult
  mutating func input(_ name: String, _ shape: [Int], _ type: DataType? = nil) -> ValueID {
    model.addInput(
      name, type: .tensor(type ?? self.type, shape.map { Dimension.known($0) }), to: graph)
  }

  @discardableResult
  mutating func constant(_ name: String, _ values: [Double], _ shape: [Int]) throws -> ValueID {
    model.addInitializer(name, try StoredNumbers.tensor(values, shape, type), to: graph)
  }

  /// A node with one output of the given name.
  @discardableResult
  mutating func node(
    _ opType: String, _ inputs: [ValueID?], _ output: String, _ attributes: [Attribute] = [],
    domain: String = "", name: String? = nil
  ) -> ValueID {
    let y = model.addValue(Value(name: output, graph: graph))
    model.addNode(
      Node(
        name: name ?? "\(opType) of \(output)", domain: domain, opType: opType, graph: graph,
        inputs: inputs, outputs: [y], attributes: attributes))
    return y
  }

  mutating func output(_ values: ValueID...) { model[graph].outputs = values }

  /// Draws a body and gives its graph.
  mutating func body(
    _ draw: (inout GraphSketch) throws -> ValueID
  ) rethrows -> GraphID {
    let outer = graph
    graph = model.addGraph(name: "body")
    let body = graph
    let result = try draw(&self)
    model[body].outputs = [result]
    graph = outer
    return body
  }

  /// The node of a name.
  func id(_ name: String) throws -> NodeID {
    try #require(
      model.nodes.indices.map { NodeID($0) }.first { model[$0].name == name })
  }
}

/// A Conv with its BatchNormalization, and the numbers of their fold.
struct SmallFold {
  let channels: Int
  var weight: [Double]
  var bias: [Double]
  var bn: PlantedNorm
  let kernel: Int

  init(_ channels: Int, kernel: Int = 3, seed: UInt64) {
    var random = SplitMix64(seed: seed)
    self.channels = channels
    self.kernel = kernel
    func numbers(_ count: Int, _ make: () -> Double) -> [Double] {
      (0..<count).map { _ in Double(Float(make())) }
    }
    weight = numbers(channels * channels * kernel * kernel) { 0.2 * random.normal() }
    bias = numbers(channels) { 0.1 * random.normal() }
    bn = PlantedNorm(
      gamma: numbers(channels) { 1 + 0.3 * random.normal() },
      beta: numbers(channels) { 0.5 * random.normal() },
      mean: numbers(channels) { random.normal() },
      variance: numbers(channels) { Double.random(in: 0.1...4, using: &random) })
  }

  var shape: [Int] { [channels, channels, kernel, kernel] }
  var pads: Attribute {
    Attribute("pads", .ints([Int64](repeating: Int64(kernel / 2), count: 4)))
  }

  var foldedWeight: [Double] {
    weight.enumerated().map { $1 * bn.scale($0 / (weight.count / channels)) }
  }

  var foldedBias: [Double] {
    (0..<channels).map { bn.scale($0) * (bias[$0] - bn.mean[$0]) + bn.beta[$0] }
  }

  /// x → Conv → "pre" → BatchNormalization → `output`.
  func draw(
    _ sketch: inout GraphSketch, _ x: ValueID, _ output: String, suffix: String = ""
  ) throws -> ValueID {
    let w = try sketch.constant("w\(suffix)", weight, shape)
    let b = try sketch.constant("b\(suffix)", bias, [channels])
    let pre = sketch.node("Conv", [x, w, b], "pre\(suffix)", [pads])
    return try drawNorm(&sketch, pre, output, suffix: suffix)
  }

  /// x → BatchNormalization → `output`.
  func drawNorm(
    _ sketch: inout GraphSketch, _ x: ValueID, _ output: String, suffix: String = ""
  ) throws -> ValueID {
    let parameters = try [("gamma", bn.gamma), ("beta", bn.beta), ("mean", bn.mean)].map {
      try sketch.constant("\($0.0)\(suffix)", $0.1, [channels])
    }
    let variance = try sketch.constant("variance\(suffix)", bn.variance, [channels])
    return sketch.node("BatchNormalization", [x] + parameters + [variance], output)
  }

  /// x → Conv with the folded numbers → `output`.
  func drawFolded(
    _ sketch: inout GraphSketch, _ x: ValueID, _ output: String, suffix: String = ""
  ) throws -> ValueID {
    let w = try sketch.constant("w\(suffix).folded", foldedWeight, shape)
    let b = try sketch.constant("b\(suffix).folded", foldedBias, [channels])
    return sketch.node("Conv", [x, w, b], output, [pads])
  }
}
