internal import ModelIR

/// One run of shape inference over a model.
///
/// A class, because rules write into it while the walk holds it; it never leaves the run.
final class InferenceState {
  let model: Model
  let options: ShapeInference.Options
  let evaluator: (any ConstantEvaluator)?
  let inputShapes: [ValueID: [Int]]
  /// Extents that names of the file stand for.
  private(set) var bindings: [String: Int] = [:]
  private(set) var types: [ValueType?]
  /// Elements of small vectors of whole numbers; nil inside: asked, and not known.
  var numbers: [ValueID: [Dimension]?] = [:]
  /// Small constants that the evaluator or a rule made.
  var constants: [ValueID: Tensor] = [:]
  private(set) var findings: [ShapeFinding] = []
  /// A statement of the file about an extent was wrong.
  private(set) var contradicted = false
  /// A statement of the file about a rank or a type of elements was wrong.
  private(set) var contradictedRank = false
  var takesStatedExtents = true
  /// Calls and loop visits that are open.
  var depth = 0
  /// Nodes that may still be visited for calls and repeated visits, so that time stays linear.
  var budget: Int
  private let functions: [FunctionKey: Function]
  private var opsets: [GraphID: Int] = [:]
  /// How often each function's body was visited, by its graph.
  var visits: [GraphID: Int] = [:]

  init(
    _ model: Model, inputShapes: [ValueID: [Int]], evaluator: (any ConstantEvaluator)?,
    options: ShapeInference.Options
  ) {
    self.model = model
    self.inputShapes = inputShapes
    self.evaluator = evaluator
    self.options = options
    types = Array(repeating: nil, count: model.values.count)
    budget = 1 << 13 + 8 * model.nodes.count
    functions = Dictionary(
      model.functions.map {
        (FunctionKey(domain: $0.domain, name: $0.name, overload: $0.overload), $0)
      },
      uniquingKeysWith: { first, _ in first })
  }

  /// Infers the main graph and all it reaches.
  func inferAll() {
    for (input, extents) in inputShapes { bind(model[input].type, to: extents) }
    for (position, value) in model.values.enumerated() {
      guard let tensor = value.initializer else { continue }
      types[position] = .tensor(
        tensor.dataType, tensor.shape.dimensions.map { .known($0) })
    }
    let main = model[model.mainGraph]
    for input in main.inputs { enterInput(input) }
    infer(nodes: main.nodes)
    forgetRepeatedFunctions()
  }

  private func bind(_ type: ValueType?, to extents: [Int]) {
    guard let dimensions = type?.dimensions, dimensions.count == extents.count else { return }
    for (dimension, extent) in zip(dimensions, extents) {
      if case .symbol(let name) = dimension, bindings[name] == nil { bindings[name] = extent }
    }
  }

  /// A graph input is what the file says, but for extents that are given.
  private func enterInput(_ input: ValueID) {
    let stated = model[input].type
    if let extents = inputShapes[input] {
      let element = stated?.dataType ?? types[input.index]?.dataType
      set(input, .tensor(element, extents.map { .known($0) }))
    } else if types[input.index] == nil {
      set(input, stated.map(bound))
    }
  }

  /// Visits nodes in order; a body's nodes are visited by their node's rule.
  func infer(nodes: [NodeID], substituting: ((Node) -> Node)? = nil) {
    for id in nodes where model.contains(id) {
      infer(substituting?(model[id]) ?? model[id], id)
    }
  }

  private func infer(_ node: Node, _ id: NodeID) {
    let context = NodeShapes(node: node, id: id, state: self)
    do {
      if let function = function(calledBy: node) {
        try inferCall(of: function, context)
      } else if node.domain.isEmpty {
        if let rule = ShapeRules.all[node.opType] {
          try rule(context)
        } else if OperatorVersions.table[node.opType] == nil {
          report(ShapeFinding(node: id, problem: .noSuchOperator(opset: context.opset)))
        }
        evaluate(context)
      }
    } catch let error as AttributeError {
      report(ShapeFinding(node: id, problem: .attribute(error)))
    } catch let error as ShapeMismatch {
      report(ShapeFinding(node: id, problem: .doesNotFit(error.text)))
    } catch {
      report(ShapeFinding(node: id, problem: .doesNotFit("\(error)")))
    }
    for output in node.outputs.compactMap({ $0 }) { settle(output) }
  }

  private struct FunctionKey: Hashable {
    var domain: String
    var name: String
    var overload: String
  }

  private func function(calledBy node: Node) -> Function? {
    guard !functions.isEmpty else { return nil }
    return functions[
      FunctionKey(domain: node.domain, name: node.opType, overload: node.overload)]
  }

  /// The opset of the standard's operators that holds in a graph.
  func opset(in graph: GraphID) -> Int {
    if let known = opsets[graph] { return known }
    let opset = model.standardOpset(in: graph)
    opsets[graph] = opset
    return opset
  }

  func report(_ finding: ShapeFinding) { findings.append(finding) }

  // MARK: Types

  /// Notes what a rule found out about a value.
  func set(_ value: ValueID, _ type: ValueType?) {
    guard types.indices.contains(value.index) else { return }
    types[value.index] = type.map { named(Self.sane($0), value) }
  }

  /// An extent below zero, which a file may state and an operator may make of it, is none.
  private static func sane(_ type: ValueType) -> ValueType {
    guard case .tensor(let element, let extents?) = type,
      extents.contains(where: { ($0.value ?? 0) < 0 })
    else { return type }
    return .tensor(element, extents.map { ($0.value ?? 0) < 0 ? .unknown : $0 })
  }

  /// Forgets what an earlier visit of a body found out about a value.
  func forget(_ value: ValueID) {
    types[value.index] = nil
    numbers[value] = nil
    constants[value] = nil
  }

  /// Joins what was derived of an output with what the file states of it.
  private func settle(_ value: ValueID) {
    guard options.usesStatements, let stated = model[value].type.map(bound) else { return }
    guard let derived = types[value.index] else {
      set(value, takesStatedExtents ? stated : Self.withoutExtents(stated))
      return
    }
    guard case .tensor(let element, let extents) = derived,
      case .tensor(let statedElement, let statedExtents) = stated
    else { return }
    var fits = element == nil || statedElement == nil || element == statedElement
    contradictedRank = contradictedRank || !fits
    var joined = extents
    if let extents, let statedExtents {
      if extents.count == statedExtents.count {
        joined = zip(extents, statedExtents).map { own, other in
          switch (own, other) {
          case (.known(let x), .known(let y)) where x != y: fits = false
          // A name of the caller's does not turn into a number on the way.
          case (.symbol(let name), .known) where !Self.isOwnName(name): fits = false
          case (.symbol(let name), .known), (.symbol(let name), .symbol):
            if takesStatedExtents, Self.isOwnName(name) { return other }
          default: break
          }
          return own
        }
      } else {
        fits = false
        contradictedRank = true
      }
    } else if extents == nil {
      joined = takesStatedExtents ? statedExtents : statedExtents?.map { _ in .unknown }
    }
    if !fits {
      contradicted = true
      report(
        ShapeFinding(value: value, problem: .contradiction(stated: stated, derived: derived)))
      joined = extents
    }
    set(value, .tensor(element ?? statedElement, joined))
  }

  private static func withoutExtents(_ type: ValueType) -> ValueType {
    guard case .tensor(let element, let extents) = type else { return type }
    return .tensor(element, extents?.map { _ in .unknown })
  }

  /// A type of the file with the names that inputs gave extents to replaced by them.
  private func bound(_ type: ValueType) -> ValueType {
    guard !bindings.isEmpty else { return type }
    switch type {
    case .tensor(let element, let extents):
      return .tensor(
        element,
        extents?.map { extent in
          if case .symbol(let name) = extent, let value = bindings[name] { return .known(value) }
          return extent
        })
    case .sequence(let element): return .sequence(bound(element))
    case .optional(let element): return .optional(bound(element))
    default: return type
    }
  }

  // MARK: Names of unknown extents

  /// Gives each unknown extent a name of its own while inference runs, so that it is seen to be
  /// the same wherever it goes.
  private func named(_ type: ValueType, _ value: ValueID) -> ValueType {
    guard case .tensor(let element, let extents) = type, let extents, extents.contains(.unknown)
    else { return type }
    let names = extents.enumerated().map { axis, extent in
      extent == .unknown ? .symbol("\0\(value.index).\(axis)") : extent
    }
    return .tensor(element, names)
  }

  private static func isOwnName(_ name: String) -> Bool { name.utf8.first == 0 }

  /// An extent as others see it.
  static func published(_ extent: Dimension) -> Dimension {
    if case .symbol(let name) = extent, isOwnName(name) { .unknown } else { extent }
  }

  func publishedNumbers() -> [ValueID: [Dimension]] {
    numbers.compactMapValues { $0?.map(Self.published) }
  }
}
