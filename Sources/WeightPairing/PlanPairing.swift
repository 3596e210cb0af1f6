internal import ModelFormats
internal import ModelIR

/// Applies a user's plan to the tensors of a file.
struct PlanPairing {
  private let plan: PairPlan
  private let names: WeightNames
  private let epsilon: Double?

  init(_ plan: PairPlan, _ names: WeightNames, epsilon: Double?) {
    self.plan = plan
    self.names = names
    self.epsilon = epsilon
  }

  /// Errors: `FormatError` for a rule that finds nothing, or whose layer and normalization do not
  /// go together.
  func result() throws -> Pairing {
    var pairs: [String: LayerPair] = [:]
    var layers: Set<String> = []
    for rule in plan.rules {
      var count = 0
      for layer in names.layers.values {
        guard let stars = rule.layer.match(layer.layer.name) else { continue }
        let wanted = rule.normalization.filled(with: stars)
        guard
          let (normalization, _) = names.normalizations.first(where: { $0.names.name == wanted })
        else { continue }
        count += 1
        guard pairs[wanted] == nil, layers.insert(layer.layer.name).inserted else {
          throw failure(
            rule, "\"\(layer.layer.name)\" or \"\(wanted)\" is part of another pair already")
        }
        pairs[wanted] = try pair(rule, layer, normalization)
      }
      guard count > 0 else {
        throw failure(
          rule,
          "no layer \"\(rule.layer.text)\" with a normalization "
            + "\"\(rule.normalization.text)\" is in the file")
      }
    }
    var result = Pairing(pairs: [], unpaired: [])
    for (normalization, _) in names.normalizations {
      if let pair = pairs[normalization.name] {
        result.pairs.append(pair)
      } else {
        result.unpaired.append(
          UnpairedNormalization(normalization: normalization, reason: "the plan does not name it"))
      }
    }
    return result
  }

  private func pair(
    _ rule: PairPlan.Rule, _ candidate: WeightNames.Candidate,
    _ normalization: NormalizationNames
  ) throws -> LayerPair {
    var layer = candidate.layer
    if let layout = rule.layout { layer.layout = layout }
    layer.groups = rule.groups ?? 1
    guard let outputs = layer.outputs(candidate.extents) else {
      throw failure(
        rule,
        "\"\(layer.weight)\" of shape \(candidate.extents) cannot be a weight of layout "
          + "\(layer.layout.rawValue) in \(layer.groups) groups")
    }
    guard outputs == normalization.channels else {
      throw failure(
        rule,
        "\"\(layer.name)\" has \(outputs) outputs (\(layer.layout.rawValue)), "
          + "\"\(normalization.name)\" has \(normalization.channels) channels")
    }
    if let bias = names.extents(layer.bias), bias != [outputs] {
      throw failure(rule, "\"\(layer.bias)\" of shape \(bias) is no bias for \(outputs) outputs")
    }
    return LayerPair(
      layer: layer, normalization: normalization,
      epsilon: rule.epsilon ?? plan.epsilon ?? epsilon
        ?? normalization.convention.defaultEpsilon,
      evidence: "the plan")
  }

  private func failure(_ rule: PairPlan.Rule, _ text: String) -> FormatError {
    FormatError(.inconsistent(text), at: rule.location)
  }
}
