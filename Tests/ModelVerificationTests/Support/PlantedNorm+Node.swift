import GraphEvaluation
import ModelIR
import Operators
import Testing

extension PlantedNorm {
  /// The constants of a node; nil where they are none.
  init?(_ id: NodeID, in model: Model) throws {
    var view = ConstantView(evaluator: KernelConstantEvaluator())
    var arrays: [[Double]] = []
    for position in 1...4 {
      guard let value = model[id].input(position), let tensor = view.tensor(value, in: model) else {
        return nil
      }
      arrays.append(try tensor.doubles())
    }
    self.init(gamma: arrays[0], beta: arrays[1], mean: arrays[2], variance: arrays[3])
    if case .float(let stated)? = model[id].attribute("epsilon") { epsilon = Double(stated) }
  }

  mutating func replaceEpsilon(by other: Float) {
    if epsilon == Double(Float(1e-5)) { epsilon = Double(other) }
  }

  /// Gives channel c the parameters of channel `map(c, count)`.
  mutating func permute(_ map: (Int, Int) -> Int) {
    let old = self
    for c in mean.indices {
      let from = map(c, mean.count)
      gamma[c] = old.gamma[from]
      beta[c] = old.beta[from]
      mean[c] = old.mean[from]
      variance[c] = old.variance[from]
    }
  }

  /// Puts what differs into a node: new constants of its own.
  func store(in id: NodeID, of model: inout Model, insteadOf old: PlantedNorm) throws {
    var view = ConstantView(evaluator: KernelConstantEvaluator())
    var node = model[id]
    if epsilon != old.epsilon { node.setAttribute("epsilon", .float(Float(epsilon))) }
    let pairs = [
      (gamma, old.gamma), (beta, old.beta), (mean, old.mean), (variance, old.variance),
    ]
    for (place, (new, old)) in pairs.enumerated() where new != old {
      let value = try #require(node.input(place + 1))
      let constant = view.tensor(value, in: model)
      let tensor = try #require(constant)
      node.inputs[place + 1] = model.addInitializer(
        "\(model[value].name).planted",
        try StoredNumbers.tensor(new, tensor.shape.dimensions, tensor.dataType), to: node.graph)
    }
    model[id] = node
  }
}
