/// An activation that a recurrent operator names in its attributes, with its two parameters.
struct GateActivation {
  private let name: String
  private let alpha: Double
  private let beta: Double

  /// The activations of one direction (`perDirection` of them) for all directions.
  static func list(
    _ context: KernelContext, defaults: [String], directions: Int
  ) throws -> [[GateActivation]] {
    let names =
      try context.texts("activations")
      ?? (0..<directions).flatMap { _ in defaults }
    guard names.count == directions * defaults.count else {
      throw EvaluationError.Problem.badInput("\(names.count) activations")
    }
    var alphas = (try context.floatList("activation_alpha") ?? [])[...]
    var betas = (try context.floatList("activation_beta") ?? [])[...]
    let all = try names.map { try GateActivation($0, &alphas, &betas) }
    return (0..<directions).map {
      Array(all[($0 * defaults.count)..<(($0 + 1) * defaults.count)])
    }
  }

  private init(
    _ name: String, _ alphas: inout ArraySlice<Double>, _ betas: inout ArraySlice<Double>
  ) throws {
    self.name = name.lowercased()
    let parameters: [String: (alpha: Double?, beta: Double?)] = [
      "relu": (nil, nil), "tanh": (nil, nil), "sigmoid": (nil, nil), "softsign": (nil, nil),
      "softplus": (nil, nil), "leakyrelu": (0.01, nil), "thresholdedrelu": (1, nil),
      "elu": (1, nil), "hardsigmoid": (0.2, 0.5), "affine": (1, 0), "scaledtanh": (1, 1),
    ]
    guard let defaults = parameters[self.name] else {
      throw EvaluationError.Problem.unsupported("activation \"\(name)\"")
    }
    // Only activations that have parameters take one off the lists.
    alpha = defaults.alpha.map { alphas.popFirst() ?? $0 } ?? 0
    beta = defaults.beta.map { betas.popFirst() ?? $0 } ?? 0
  }

  func callAsFunction<E: KernelFloat>(_ x: E) -> E {
    switch name {
    case "relu": Rectifier()(x)
    case "tanh": E.tanh(x)
    case "sigmoid": Sigmoid()(x)
    case "softsign": Softsign()(x)
    case "softplus": Softplus()(x)
    case "leakyrelu": LeakyRectifier(alpha: alpha)(x)
    case "thresholdedrelu": ThresholdedRectifier(alpha: alpha)(x)
    case "elu": ExponentialUnit(alpha: alpha, scale: 1, divisor: 1)(x)
    case "hardsigmoid": HardSigmoid(alpha: alpha, beta: beta)(x)
    case "affine": E(alpha) * x + E(beta)
    default: E(alpha) * E.tanh(E(beta) * x)
    }
  }
}
