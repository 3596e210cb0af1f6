internal import ModelIR
internal import Synchronization

/// What several runs of one model share: converted constants and release plans.
final class RunnerCache: Sendable {
  private let constants = Mutex<[ValueID: RuntimeTensor]>([:])
  private let plans = Mutex<[GraphID: ReleasePlan]>([:])

  /// The constant made before, or what `make` makes, kept if `keeping`.
  func constant(
    _ id: ValueID, keeping: Bool, _ make: () throws -> RuntimeTensor
  ) rethrows -> RuntimeTensor {
    if let known = constants.withLock({ $0[id] }) { return known }
    let made = try make()
    if keeping { constants.withLock { $0[id] = made } }
    return made
  }

  /// The plan of a graph, made at its first run.
  func plan(_ graph: GraphID, of model: Model) -> ReleasePlan {
    if let known = plans.withLock({ $0[graph] }) { return known }
    let made = ReleasePlan(graph, of: model)
    plans.withLock { $0[graph] = made }
    return made
  }
}
