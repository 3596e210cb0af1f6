import ModelIR
import TestSupport

/// Builds small models with random constants, from a seed.
struct GraphBuilder {
  var model: Model
  var random: SplitMix64
  /// The type of floating-point constants and inputs.
  var type: DataType
  /// What the inputs are fed with.
  private(set) var feeds: [ValueID: Reference] = [:]
  private var count = 0
  private var names: Set<String> = []

  init(opset: Int = 17, irVersion: Int = 8, type: DataType = .float32, seed: UInt64 = 1) {
    model = Model(header: .init(irVersion: irVersion), opsets: ["": opset])
    random = SplitMix64(seed: seed)
    self.type = type
  }

  mutating func input(_ name: String, _ shape: [Int]) -> ValueID {
    let id = model.addInput(
      name, type: .tensor(type, shape.map { .known($0) }), to: model.mainGraph)
    feeds[id] = numbers(shape)
    return id
  }

  /// A stored constant of random numbers.
  mutating func constant(_ name: String, _ shape: [Int]) -> ValueID {
    constant(name, shape, (0..<shape.reduce(1, *)).map { _ in random.normal() })
  }

  mutating func constant(_ name: String, _ shape: [Int], _ values: [Double]) -> ValueID {
    model.addInitializer(free(name), tensor(shape, values), to: model.mainGraph)
  }

  /// A stored constant of these very bits: infinities, NaN and −0.0 too, in Float and Double.
  mutating func exactly(_ name: String, _ shape: [Int], _ values: [Double]) -> ValueID {
    guard type == .float32 || type == .float64 else { return constant(name, shape, values) }
    let bytes = values.flatMap { value -> [UInt8] in
      let (bits, count) =
        type == .float64 ? (value.bitPattern, 8) : (UInt64(Float(value).bitPattern), 4)
      return (0..<count).map { UInt8(truncatingIfNeeded: bits >> (8 * UInt64($0))) }
    }
    let stored = TensorShape(shape).flatMap { Tensor(dataType: type, shape: $0, bytes: bytes) }
    return model.addInitializer(
      free(name), stored ?? tensor(shape, values), to: model.mainGraph)
  }

  mutating func integers(_ name: String, _ values: [Int64]) -> ValueID {
    let shape = TensorShape.vector(values.count)
    let tensor =
      Tensor(values, shape: shape)
      ?? Tensor(dataType: .int64, shape: shape, recipe: TensorRecipe(terms: []))
    return model.addInitializer(free(name), tensor, to: model.mainGraph)
  }

  /// The name, with a number where it is taken.
  private mutating func free(_ name: String) -> String {
    var candidate = name
    var number = 0
    while !names.insert(candidate).inserted {
      number += 1
      candidate = "\(name)#\(number)"
    }
    return candidate
  }

  /// A stored tensor of the builder's type, or of another.
  func tensor(_ shape: [Int], _ values: [Double], _ other: DataType? = nil) -> Tensor {
    let shape = TensorShape(shape) ?? .vector(values.count)
    let type = other ?? type
    let flat = TensorRecipe.vector(values)
    let rounded = Tensor(dataType: type, shape: .vector(values.count), recipe: flat)
    // Rounded to the type and stored, as a file would hold it.
    let bytes = (try? rounded.loadBytes()) ?? []
    return Tensor(dataType: type, shape: shape, bytes: bytes) ?? rounded
  }

  mutating func numbers(_ shape: [Int]) -> Reference {
    let values = (0..<shape.reduce(1, *)).map { _ in random.normal() }
    // What is fed is representable in the type, so that only folding rounds.
    let stored = try? tensor(shape, values).doubles()
    return Reference(shape, stored ?? values)
  }

  @discardableResult
  mutating func node(
    _ opType: String, _ inputs: [ValueID?], _ attributes: [String: AttributeValue] = [:],
    name: String? = nil, domain: String = "", outputs: Int = 1, graph: GraphID? = nil
  ) -> ValueID {
    count += 1
    let graph = graph ?? model.mainGraph
    let name = name ?? "\(opType.lowercased())\(count)"
    let made = (0..<outputs).map {
      model.addValue(Value(name: $0 == 0 ? "\(name)_out" : "\(name)_out\($0)", graph: graph))
    }
    model.addNode(
      Node(
        name: name, domain: domain, opType: opType, graph: graph, inputs: inputs,
        outputs: made.map { $0 },
        attributes: attributes.sorted { $0.key < $1.key }.map { Attribute($0.key, $0.value) }))
    return made[0]
  }

  /// A BatchNormalization with random parameters: scales of both signs, variances around 1.
  mutating func normalization(
    _ x: ValueID, _ channels: Int, name: String? = nil, positive: Bool = false,
    attributes: [String: AttributeValue] = [:], graph: GraphID? = nil
  ) -> ValueID {
    let prefix = name ?? "bn\(count)"
    var gamma = (0..<channels).map { _ in random.normal() }
    if positive { gamma = gamma.map { abs($0) + 0.1 } }
    let variance = (0..<channels).map { _ in abs(random.normal()) + 0.1 }
    let parameters = [
      constant("\(prefix).gamma", [channels], gamma), constant("\(prefix).beta", [channels]),
      constant("\(prefix).mean", [channels]),
      constant("\(prefix).variance", [channels], variance),
    ]
    return node(
      "BatchNormalization", [x] + parameters.map { $0 }, attributes, name: prefix, graph: graph)
  }

  mutating func output(_ value: ValueID) { model[model.mainGraph].outputs.append(value) }

  /// The model.
  func finished() throws -> Model { model }
}
