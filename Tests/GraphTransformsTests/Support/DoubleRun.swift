import GraphEvaluation
import ModelIR

/// Runs a model with all kernels in Double; for operators that the plain reference leaves out.
enum DoubleRun {
  /// `unrounded` takes folded tensors before they are rounded to their type.
  static func outputs(
    _ model: Model, _ feeds: [ValueID: Reference], unrounded: Bool
  ) throws -> [Reference] {
    var model = model
    if unrounded {
      for id in model.graphs.flatMap(\.initializers) {
        if case .derived = model[id].initializer?.storage {
          model[id].initializer?.dataType = .float64
        }
      }
    }
    let inputs = feeds.mapValues {
      RuntimeTensor(dataType: .float64, shape: $0.shape, elements: .double($0.values))
    }
    let results = try GraphRunner(model: model, precision: .double).run(inputs)
    return model[model.mainGraph].outputs.compactMap { id in
      results[id].map { Reference($0.shape, $0.doubles()) }
    }
  }
}
