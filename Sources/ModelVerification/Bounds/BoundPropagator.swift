internal import GraphEvaluation
internal import ModelIR

/// Carries error bounds along the nodes of one form of a region.
///
/// The one source of error is that each constant parameter of a node was rounded once to its
/// type: |δp| ≤ u·max(|p|, smallest normal). Every operator says, beside its siblings in a file of
/// its kind, what that and the errors of its inputs can do to its outputs; where nothing is known
/// the answer is `unknown`, never a guess.
final class BoundPropagator {
  /// What is known of the region's inputs.
  enum Mode {
    /// They are independent normal numbers, so errors of a sum add up by their squares.
    case statistical
    /// Nothing: errors add up by their magnitudes.
    case sure
  }

  let model: Model
  let constants: ConstantSet
  let resolver: ConstantResolver
  let options: EvaluationOptions
  let mode: Mode
  /// How many roundings a parameter is granted.
  let roundings: Double
  /// Whether a constant of this form is one of the other form too, bit for bit.
  let isUnchanged: (ValueID) throws -> Bool

  /// Constants of which it is known how far they are off.
  var deviations: [ValueID: [Double]] = [:]
  var bounds: [ValueID: ErrorBound] = [:]
  /// Values whose elements are independent normal numbers.
  var normal: Set<ValueID> = []
  private let values: (ValueID) -> RuntimeTensor?

  /// `values` knows what the region's nodes read and made.
  init(
    model: Model, constants: ConstantSet, resolver: ConstantResolver, options: EvaluationOptions,
    mode: Mode, roundings: Double, isUnchanged: @escaping (ValueID) throws -> Bool,
    values: @escaping (ValueID) -> RuntimeTensor?
  ) {
    self.model = model
    self.constants = constants
    self.resolver = resolver
    self.options = options
    self.mode = mode
    self.roundings = roundings
    self.isUnchanged = isUnchanged
    self.values = values
  }

  /// Carries the bounds of a node's inputs to its outputs; the node has been run.
  func visit(_ id: NodeID) throws {
    let node = model[id]
    let result: [ErrorBound]
    if let reason = unknownInput(of: node) {
      result = node.outputs.map { _ in .unknown(reason) }
    } else {
      do {
        result = try outputs(of: node, id)
      } catch let error as EvaluationError {
        result = node.outputs.map { _ in .unknown("\(error)") }
      }
    }
    for (position, output) in node.outputs.enumerated() {
      guard let output else { continue }
      bounds[output] = result.indices.contains(position) ? result[position] : result.last ?? .exact
    }
  }

  // MARK: What rules ask

  /// What is known of an input's error, not counting the rounding of a constant.
  func bound(_ value: ValueID?) -> ErrorBound { value.flatMap { bounds[$0] } ?? .exact }

  /// The amounts of an input's error; nil where it is exact.
  func amounts(_ value: ValueID?) -> ErrorAmounts? {
    if case .amounts(let amounts) = bound(value) { amounts } else { nil }
  }

  /// What a value holds: made by the region, fed to it, or constant.
  func number(_ value: ValueID) throws -> RuntimeTensor {
    if let known = values(value) { return known }
    if let constant = try resolver.value(value) { return constant }
    throw EvaluationError(
      node: nil, nodeName: "", opType: "",
      problem: .badInput("\"\(model[value].name)\" has no value"))
  }

  /// Whether an input is a constant parameter.
  func isConstant(_ value: ValueID?) -> Bool { value.map { constants.contains($0) } ?? false }

  /// How far each element of a constant may be off: as far as it is known to be, or one rounding.
  func rounding(of value: ValueID, _ constant: RuntimeTensor) -> [Double] {
    if let known = deviations[value] { return known }
    guard let u = constant.dataType.unitRoundoff else {
      return [Double](repeating: 0, count: constant.count)
    }
    let least = constant.dataType.smallestNormal
    let factor = u * roundings
    return constant.doubles().map { factor * max($0.magnitude, least) }
  }

  /// A tensor of Doubles of the shape of another.
  func tensor(_ numbers: [Double], _ shape: [Int]) -> RuntimeTensor {
    RuntimeTensor(dataType: .float64, shape: shape, elements: .double(numbers))
  }

  /// One node by itself.
  func variant(_ node: Node) -> NodeVariant { NodeVariant(node, in: model, options: options) }

  // MARK: Parts

  private func unknownInput(of node: Node) -> String? {
    guard !["Shape", "Size"].contains(node.opType) else { return nil }
    for input in node.inputs {
      if case .unknown(let reason) = bound(input) { return reason }
    }
    return nil
  }

  private func outputs(of node: Node, _ id: NodeID) throws -> [ErrorBound] {
    let isTouched = node.inputs.contains { amounts($0) != nil }
    if node.domain.isEmpty, let rule = Self.rules[node.opType] {
      let result: [ErrorBound]
      if rule.isExactWithoutErrors, !isTouched {
        // A constant that a simplification stored is off by its rounding here too.
        let isExact = try constantsAreUnchanged(node)
        result = isExact ? node.outputs.map { _ in .exact } : try measured(node, id)
      } else {
        result = try rule.run(self)(node, id)
      }
      if rule.keepsNormal { noteNormal(node) }
      return result
    }
    if !isTouched, node.bodies.isEmpty, try constantsAreUnchanged(node) {
      return node.outputs.map { _ in .exact }
    }
    return node.outputs.map { _ in .unknown("no error bound is known for \(node.opType)") }
  }

  private func noteNormal(_ node: Node) {
    let data = node.inputs.compactMap { $0 }.filter { !isConstant($0) }
    guard !data.isEmpty, data.allSatisfy({ normal.contains($0) }) else { return }
    for output in node.outputs.compactMap({ $0 }) { normal.insert(output) }
  }

  private func constantsAreUnchanged(_ node: Node) throws -> Bool {
    for input in node.inputs.compactMap({ $0 }) where isConstant(input) {
      // Whole numbers are not rounded: those of the file are what the node reads.
      if model[input].initializer?.dataType.isWholeOrBool == true { continue }
      guard try isUnchanged(input) else { return false }
    }
    return true
  }
}
