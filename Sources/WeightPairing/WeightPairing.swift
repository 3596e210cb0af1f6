public import ModelFormats
public import ModelIR

/// Finds which batch normalization of a weight file follows which linear layer.
public struct WeightPairing: Sendable {
  /// Where pairs come from.
  public enum Origin: Sendable {
    /// The names of the tensors, where they leave no doubt.
    case names
    /// A file of the user's.
    case plan(PairPlan)
    /// A model with the same tensors.
    case graph(Model)
  }

  private let origin: Origin
  private let epsilon: Double?

  /// A search; `epsilon` replaces the framework's default where neither plan nor graph states one.
  public init(from origin: Origin = .names, epsilon: Double? = nil) {
    self.origin = origin
    self.epsilon = epsilon
  }

  /// All normalizations of a file, with their layers where these are certain.
  ///
  /// Errors: `FormatError` for a plan that does not fit the tensors.
  public func pairs(of tensors: [NamedTensor]) throws -> Pairing {
    let names = WeightNames(tensors)
    switch origin {
    case .names:
      var result = NamePairing(names, epsilon: epsilon).result()
      if epsilon == nil, let pair = result.pairs.first {
        let framework = pair.normalization.convention.name
        result.notes.append(
          "the file does not hold epsilon: \(framework)'s default \(pair.epsilon) is taken; "
            + "where the model was made with another, state it by --epsilon or in a plan")
      }
      return result
    case .plan(let plan): return try PlanPairing(plan, names, epsilon: epsilon).result()
    case .graph(let model): return GraphPairing(model, names).result()
    }
  }
}
