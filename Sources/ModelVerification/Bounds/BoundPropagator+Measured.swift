internal import GraphEvaluation
internal import ModelIR

extension BoundPropagator {
  /// Smooth operators without a formula: recurrent layers, attention, cubic interpolation, norms.
  ///
  /// A worst-case formula for them is useless (along the steps of a recurrent layer it grows
  /// without limit), so the error is measured: the node runs in Double with every inexact input
  /// moved by its error with random signs, and the bound is 5 × the largest change of an element in
  /// 16 trials. To first order a change is Σ ±J·e, with a standard deviation σ that independent
  /// roundings (uniform, not ±e) stay below by √3. That a trial's largest change is below σ/3 has a
  /// probability of 4·10⁻¹⁰, and 5/3 σ are then 2.9 deviations of the true error: together below
  /// 10⁻¹¹ per element. Errors that come in may be of one kind along an axis (those of one weight
  /// at all positions), so every other trial has the same signs along all axes but one.
  func measured(_ node: Node, _ id: NodeID) throws -> [ErrorBound] {
    let errors = try node.inputs.map { try $0.flatMap { try movement(of: $0) } }
    guard errors.contains(where: { $0?.contains { $0 != 0 } ?? false }) else {
      return node.outputs.map { _ in .exact }
    }
    guard errors.allSatisfy({ $0?.allSatisfy(\.isFinite) ?? true }) else {
      return [.unknown("an input of \(node.opType) is undecided")]
    }
    let inputs = try node.inputs.map { try $0.map { try widened(number($0)) } }
    let here = try node.outputs.map { try $0.map { try number($0) } }
    var worst = here.map { [Double](repeating: 0, count: $0?.count ?? 0) }
    let variant = variant(node)
    for trial in 0..<Self.trials {
      var moved = inputs
      for (position, error) in errors.enumerated() {
        guard let error, let input = inputs[position] else { continue }
        moved[position] = self.moved(input, by: error, trial, position)
      }
      for (place, there) in try variant.run(moved).enumerated() {
        guard let there, let here = here[place] else { continue }
        guard there.shape == here.shape else {
          return [.unknown("errors change the shape that \(node.opType) makes")]
        }
        for (i, (x, y)) in zip(there.doubles(), here.doubles()).enumerated() {
          let change = (x - y).magnitude
          if change > worst[place][i] || change.isNaN { worst[place][i] = change }
        }
      }
    }
    return zip(here, worst).map { here, worst in
      if here?.integers != nil { return .unknown("a decision of \(node.opType)") }
      let limits = worst.map { $0.isNaN ? .infinity : Self.trialFactor * $0 }
      return .amounts(ErrorAmounts(variance: nil, absolute: limits))
    }
  }

  /// The formula where one is known for what the node is, else the measurement.
  func formulaOrMeasured(_ node: Node, _ id: NodeID, _ formula: Rule.Body) throws -> [ErrorBound] {
    let result = try formula(node, id)
    let isKnown = result.allSatisfy { if case .unknown = $0 { false } else { true } }
    return isKnown ? result : try measured(node, id)
  }

  // MARK: Parts

  private static let trials = 16
  private static let trialFactor = 5.0

  /// How far each element of an input may be off; nil where it is exact (as a constant is that both
  /// models have) or no float.
  func movement(of value: ValueID) throws -> [Double]? {
    let tensor = try number(value)
    guard tensor.integers == nil else { return nil }
    guard isConstant(value) else { return amounts(value)?.limits }
    return try isUnchanged(value) ? nil : rounding(of: value, tensor)
  }

  /// The same numbers held in Double.
  private func widened(_ tensor: RuntimeTensor) -> RuntimeTensor {
    guard case .float = tensor.elements else { return tensor }
    return RuntimeTensor(
      dataType: tensor.dataType, shape: tensor.shape, elements: .double(tensor.doubles()))
  }

  private func moved(
    _ input: RuntimeTensor, by errors: [Double], _ trial: Int, _ position: Int
  ) -> RuntimeTensor {
    var random = SeededNumbers(seed: UInt64(trial * 256 + position))
    var numbers = input.doubles()
    func sign(_ bits: UInt64) -> Double { bits >> 63 == 0 ? 1 : -1 }
    if trial.isMultiple(of: 2) || input.shape.isEmpty {
      for i in numbers.indices { numbers[i] += sign(random.next()) * errors[i] }
    } else {
      let axis = trial / 2 % input.shape.count
      let inner = input.shape[(axis + 1)...].reduce(1, *)
      let signs = (0..<input.shape[axis]).map { _ in sign(random.next()) }
      for i in numbers.indices {
        numbers[i] += signs[i / max(1, inner) % signs.count] * errors[i]
      }
    }
    return RuntimeTensor(
      dataType: input.dataType, shape: input.shape, elements: .double(numbers))
  }
}
