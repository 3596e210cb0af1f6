internal import GraphEvaluation
internal import ModelIR
internal import Operators
internal import Synchronization

/// What the constants of a model hold: stored ones, and what nodes make of them.
///
/// Computed constants are evaluated in the precision of their types, as every runtime would. Small
/// ones are remembered.
final class ConstantResolver: Sendable {
  private let model: Model
  private let constants: ConstantSet
  private let runner: GraphRunner
  private let known = Mutex<[ValueID: RuntimeTensor]>([:])
  /// Larger constants are computed anew each time, so that memory stays small.
  private static let small = 1 << 16

  init(_ model: Model, _ constants: ConstantSet, _ options: EvaluationOptions) {
    self.model = model
    self.constants = constants
    runner = GraphRunner(model: model, precision: .stored, options: options)
  }

  /// The stored tensor of an initializer or of a Constant node, or nil.
  func storedTensor(_ value: ValueID) -> Tensor? {
    if let tensor = model[value].initializer { return tensor }
    guard let maker = model.producer(of: value), model.contains(maker) else { return nil }
    let node = model[maker]
    guard node.isStandard("Constant"), case .tensor(let tensor)? = node.attribute("value") else {
      return nil
    }
    return tensor
  }

  /// The shape of a constant; nil for a value that is none or cannot be computed.
  func shape(_ value: ValueID) -> [Int]? {
    guard constants.contains(value) else { return nil }
    if let tensor = storedTensor(value) { return tensor.shape.dimensions }
    return try? self.value(value)?.shape
  }

  /// A constant with its elements in the precision of its type; nil for a value that is none.
  func value(_ value: ValueID) throws -> RuntimeTensor? {
    guard constants.contains(value) else { return nil }
    if let remembered = remembered(value) { return remembered }
    if let tensor = model[value].initializer {
      return try RuntimeTensor(tensor, precision: .stored)
    }
    var values: [ValueID: RuntimeTensor] = [:]
    for node in cone(above: value) {
      try evaluate(node, &values)
    }
    return values[value] ?? remembered(value)
  }

  private func remembered(_ value: ValueID) -> RuntimeTensor? { known.withLock { $0[value] } }

  /// Nodes that make a constant, in an order in which they can run; without recursion.
  private func cone(above value: ValueID) -> [NodeID] {
    var order: [NodeID] = []
    var state: [NodeID: Bool] = [:]
    var open: [NodeID] = model.producer(of: value).map { [$0] } ?? []
    while let node = open.last {
      if state[node] == nil {
        state[node] = false
        for input in model[node].inputs.compactMap({ $0 })
        where constants.contains(input) && remembered(input) == nil {
          if let maker = model.producer(of: input), state[maker] == nil { open.append(maker) }
        }
      } else {
        if state[node] == false {
          state[node] = true
          order.append(node)
        }
        open.removeLast()
      }
    }
    return order
  }

  private func evaluate(_ node: NodeID, _ values: inout [ValueID: RuntimeTensor]) throws {
    var own: [ValueID: RuntimeTensor] = [:]
    for input in model[node].inputs.compactMap({ $0 }) {
      own[input] = try values[input] ?? remembered(input) ?? self.value(input)
    }
    if let type = model.castLikeType(model[node]), let like = model[node].input(1),
      own[like] == nil
    {
      own[like] = RuntimeTensor(dataType: type, shape: [0], elements: .double([]))
    }
    try runner.run(nodes: [node], values: &own)
    for output in model[node].outputs.compactMap({ $0 }) {
      guard let result = own[output] else { continue }
      if result.count <= Self.small {
        known.withLock { $0[output] = result }
      } else {
        values[output] = result
      }
    }
  }
}
