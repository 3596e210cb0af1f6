public import ModelIR
internal import ModelStatistics
internal import Operators

/// The batch normalizations of a model: those that can be calibrated, and why the others cannot.
public struct CalibrationSites: Sendable {
  /// Those that get new statistics, in the order of the model.
  public private(set) var sites: [CalibrationSite] = []
  /// Those that keep theirs.
  public private(set) var refusals: [CalibrationRefusal] = []

  /// Looks at every batch normalization whose name one of `only` matches (none: all) and none of
  /// `skip`.
  ///
  /// Errors: `CalibrationError` for a pattern that matches nothing.
  public init(
    _ model: Model, only: [NamePattern] = [], skip: [NamePattern] = []
  ) throws(CalibrationError) {
    let all = NormalizationStatistics.all(in: model)
    let names = all.map { $0.name.isEmpty ? $0.outputName : $0.name }
    if let useless = (only + skip).first(where: { pattern in
      !names.contains { pattern.matches($0) }
    }) {
      throw CalibrationError(.usage, "no batch normalization is called \"\(useless)\"")
    }
    for (stored, name) in zip(all, names) {
      if let pattern = skip.first(where: { $0.matches(name) }) {
        refuse(stored, name, "it is left out by --skip \"\(pattern)\"")
      } else if !only.isEmpty, !only.contains(where: { $0.matches(name) }) {
        refuse(stored, name, "it is not among those of --only")
      } else {
        add(stored, name, model)
      }
    }
  }

  /// Takes sites out that turned out to be none.
  public mutating func refuse(_ reasons: [NodeID: String]) {
    for site in sites {
      if let reason = reasons[site.node] { refuse(site.stored, site.name, reason) }
    }
    sites.removeAll { reasons[$0.node] != nil }
  }

  private mutating func refuse(_ stored: NormalizationStatistics, _ name: String, _ reason: String)
  {
    refusals.append(CalibrationRefusal(node: stored.node, name: name, reason: reason))
  }

  private mutating func add(_ stored: NormalizationStatistics, _ name: String, _ model: Model) {
    let node = model[stored.node]
    let opset = model.standardOpset(in: node.graph)
    guard let attributes = try? BatchNormalizationAttributes(node, opset: opset) else {
      return refuse(stored, name, "its attributes are malformed")
    }
    guard attributes.isInference else {
      return refuse(
        stored, name, "it is in training mode, and normalizes by the batch at hand, not by these")
    }
    guard attributes.isPerChannel else {
      return refuse(stored, name, "it has parameters for each feature (spatial = 0)")
    }
    guard let input = node.input(0), let mean = node.input(3), let variance = node.input(4) else {
      return refuse(stored, name, "an input is missing")
    }
    for (what, value) in [("mean", mean), ("variance", variance)] {
      if let reason = Self.obstacle(value, model) {
        return refuse(stored, name, "its \(what) \"\(model[value].name)\" \(reason)")
      }
    }
    // Gamma and beta may be anything; what is compared with is what is stored.
    guard let before = Self.parameters(stored, mean, variance, model)
    else { return refuse(stored, name, "its mean and its variance differ in length") }
    sites.append(
      CalibrationSite(
        node: stored.node, name: name, input: input, mean: mean, variance: variance,
        stored: before))
  }

  /// The statistics with mean and variance filled in where gamma or beta are no constants.
  private static func parameters(
    _ stored: NormalizationStatistics, _ mean: ValueID, _ variance: ValueID, _ model: Model
  ) -> NormalizationStatistics? {
    var view = ConstantView()
    guard let mean = try? view.tensor(mean, in: model)?.doubles(),
      let variance = try? view.tensor(variance, in: model)?.doubles(),
      mean.count == variance.count, !mean.isEmpty
    else { return nil }
    var result = stored
    result.mean = mean
    result.variance = variance
    if result.gamma.count != mean.count {
      result.gamma = [Double](repeating: .nan, count: mean.count)
    }
    return result
  }

  /// Why a value's tensor cannot be exchanged: a clause behind its name; nil where it can.
  private static func obstacle(_ value: ValueID, _ model: Model) -> String? {
    var view = ConstantView()
    guard case .constant(let tensor) = view.constancy(of: value, in: model) else {
      return view.constancy(of: value, in: model).reason?.description
    }
    if model[value].initializer == nil {
      guard let maker = model.producer(of: value), model[maker].isStandard("Constant"),
        case .tensor = model[maker].attribute("value")
      else { return "is computed in the graph" }
    }
    guard tensor.dataType.isFoldableFloat, tensor.shape.rank == 1 else {
      return "is \(tensor.dataType.name)\(tensor.shape), not a vector of floats"
    }
    if case .sparse = tensor.storage { return "is stored as a sparse tensor" }
    return nil
  }
}
