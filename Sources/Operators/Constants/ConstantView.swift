internal import ByteStore
public import ModelIR

/// Finds the tensors that values of a model always hold.
///
/// Constant are fixed initializers, Constant nodes in every form, and what Identity, Reshape,
/// Flatten, Squeeze, Unsqueeze, Cast to the same type and inference-mode Dropout make of them
/// (these share the stored bytes). Transpose, Cast and every other standard operator count when an
/// evaluator is given; CastLike is a Cast where the model states the type.
///
/// Answers are remembered by ValueID. They hold for every model that descends from the one asked
/// about by patches, because a value whose numbers change gets a new id.
///
/// Complexity: linear in the nodes above the value, for all calls together; no recursion.
public struct ConstantView: Sendable {
  /// What counts as a constant.
  public struct Options: Sendable {
    /// Initializers that the caller may override count as what is stored.
    public var assumesDefaults: Bool
    /// An evaluated constant may not have more elements than this.
    public var maximumElements: Int

    /// Makes options from their parts.
    public init(assumesDefaults: Bool = false, maximumElements: Int = 1 << 26) {
      self.assumesDefaults = assumesDefaults
      self.maximumElements = maximumElements
    }
  }

  /// What counts as a constant.
  public let options: Options
  /// Evaluates single nodes of constants.
  public let evaluator: (any ConstantEvaluator)?
  private var known: [ValueID: Constancy] = [:]

  /// A view that knows nothing yet.
  public init(evaluator: (any ConstantEvaluator)? = nil, options: Options = Options()) {
    self.evaluator = evaluator
    self.options = options
  }

  /// The constant tensor of a value, or nil.
  public mutating func tensor(_ value: ValueID, in model: Model) -> Tensor? {
    constancy(of: value, in: model).tensor
  }

  /// The whole numbers of a constant of at most `limit` elements, or nil.
  public mutating func integers(
    _ value: ValueID, in model: Model, limit: Int = 1 << 12
  ) -> [Int]? {
    guard let tensor = tensor(value, in: model), tensor.shape.elementCount <= limit else {
      return nil
    }
    return try? tensor.int64s().map { Int($0) }
  }

  /// The tensor of a value, or why it has none.
  public mutating func constancy(of value: ValueID, in model: Model) -> Constancy {
    if let answer = known[value] { return answer }
    var pending = [value]
    var opened: Set<ValueID> = []
    while let top = pending.last {
      if known[top] != nil {
        pending.removeLast()
        continue
      }
      switch step(top, model) {
      case .answer(let answer):
        known[top] = answer
        pending.removeLast()
      case .needs(let inputs):
        if opened.insert(top).inserted {
          pending.append(contentsOf: inputs)
        } else {
          // Asked twice and still without its inputs: it depends on itself.
          known[top] = .variable(.undefined)
        }
      }
    }
    return known[value] ?? .variable(.undefined)
  }

  /// Forgets the answer about a value that became a constant.
  public mutating func forget(_ value: ValueID) { known[value] = nil }

  /// One step towards an answer.
  private enum Step {
    case answer(Constancy)
    case needs([ValueID])
  }

  private func step(_ id: ValueID, _ model: Model) -> Step {
    guard model.values.indices.contains(id.index) else { return .answer(.variable(.undefined)) }
    let value = model[id]
    if let initializer = value.initializer {
      if value.isMutable { return .answer(.variable(.mutableByTraining)) }
      if model.isFixedInitializer(id) || options.assumesDefaults {
        return .answer(.constant(initializer))
      }
      return .answer(.variable(.overridableInitializer))
    }
    guard case .node(let node, let output) = value.producer, model.contains(node) else {
      return .answer(.variable(inputReason(value, model)))
    }
    return step(Self.plain(model[node], model), node, output, model)
  }

  private func inputReason(_ value: Value, _ model: Model) -> Constancy.Reason {
    guard value.isGraphInput else { return .undefined }
    if value.graph == model.mainGraph { return .graphInput }
    return model[value.graph].parent == nil ? .functionParameter : .bodyInput
  }

  /// A Cast for a CastLike, of whose second input the type alone counts.
  private static func plain(_ node: Node, _ model: Model) -> Node {
    guard let type = model.castLikeType(node) else { return node }
    var cast = node
    cast.opType = "Cast"
    cast.inputs = [node.input(0)]
    cast.setAttribute("to", .int(Int64(type.rawValue)))
    return cast
  }

  private func step(_ node: Node, _ id: NodeID, _ output: Int, _ model: Model) -> Step {
    guard node.domain.isEmpty, node.bodies.isEmpty else {
      return .answer(.variable(.computed(id)))
    }
    if node.opType == "Constant" {
      return .answer(ConstantNode.constancy(node, id))
    }
    let passesOn = ConstantMovement.operators.contains(node.opType)
    guard passesOn && output == 0 || evaluator != nil else {
      return .answer(.variable(.computed(id)))
    }
    var missing: [ValueID] = []
    for input in node.inputs.compactMap({ $0 }) {
      switch known[input] {
      case nil: missing.append(input)
      case .constant: break
      case .variable(let reason):
        // What keeps the data from being constant is what users ask about.
        let isData = passesOn && input == node.input(0)
        return .answer(.variable(isData ? reason : .computed(id)))
      }
    }
    guard missing.isEmpty else { return .needs(missing) }
    let inputs = node.inputs.map { $0.flatMap { known[$0]?.tensor } }
    if passesOn, output == 0,
      let moved = ConstantMovement.moved(
        node, inputs: inputs, opset: model.standardOpset(in: node.graph))
    {
      return .answer(.constant(moved))
    }
    return .answer(evaluated(node, id, output, inputs, model))
  }

  private func evaluated(
    _ node: Node, _ id: NodeID, _ output: Int, _ inputs: [Tensor?], _ model: Model
  ) -> Constancy {
    guard let evaluator else { return .variable(.computed(id)) }
    do {
      let outputs = try evaluator.constants(
        of: node, in: model, inputs: inputs, maximumElements: options.maximumElements)
      guard let outputs else { return .variable(.computed(id)) }
      guard outputs.indices.contains(output) else { return .variable(.malformed(id)) }
      guard outputs[output].shape.elementCount <= options.maximumElements else {
        return .variable(.tooLarge(id))
      }
      return .constant(outputs[output])
    } catch {
      return .variable(.malformed(id))
    }
  }
}
