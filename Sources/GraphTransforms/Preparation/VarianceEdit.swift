public import ModelIR
internal import Operators

/// Gives channels whose variance + epsilon is not positive the variance 0: y = NaN or ∞ there
/// becomes gamma / √epsilon · (x − mean) + beta.
///
/// Variance below zero is what E[x²] − E[x]² leaves when it is computed in Float. The edited model
/// is another one than the input's, so every channel is told, and the fold is compared with it.
public struct VarianceEdit: ModelEdit {
  /// Makes the edit.
  public init() {}

  /// Clamps the variances of every batch normalization that has bad ones.
  public func apply(to model: inout Model) throws(ModelEditError) -> [String] {
    let source = model
    var uses = UseIndex(model)
    var names = NameAllocator(model)
    var notes: [String] = []
    for graph in source.graphs.indices.map({ GraphID($0) }) {
      for id in source[graph].nodes where source.contains(id) {
        guard let clamped = Self.clamped(id, in: source) else { continue }
        var patch = GraphPatch(
          rule: "clamp-variance", graph: graph, sourceNodes: [id], for: model)
        var node = model[id]
        let name = node.input(4).map { source[$0].name } ?? "variance"
        node.inputs[4] = patch.newValue(
          "\(name)_clamped", in: graph, initializer: clamped.tensor,
          type: .tensor(clamped.tensor.dataType, [.known(clamped.tensor.shape.elementCount)]))
        patch.edits[id] = node
        do {
          _ = try model.apply(patch, uses: &uses, names: &names)
        } catch {
          throw ModelEditError(
            "the variance of \(Blocker(id, in: source)) cannot be exchanged: \(error)")
        }
        let first = clamped.channels.prefix(4).map { "\($0.channel): \($0.variance)" }
        notes.append(
          """
          \(Blocker(id, in: source)): variance taken as 0 in \(clamped.channels.count) \
          channel\(clamped.channels.count == 1 ? "" : "s") \
          (\(first.joined(separator: ", "))\(clamped.channels.count > 4 ? ", …" : "")); \
          the model computes something else there than before
          """)
      }
    }
    if !notes.isEmpty { model.compact() }
    return notes
  }

  /// The variance with zeros, and which channels got them; nil where all are positive, or zeros
  /// would be of no use.
  private static func clamped(
    _ id: NodeID, in model: Model
  ) -> (tensor: Tensor, channels: [(channel: Int, variance: Double)])? {
    let node = model[id]
    guard node.isStandard("BatchNormalization"), let value = node.input(4),
      let attributes = try? BatchNormalizationAttributes(
        node, opset: model.standardOpset(in: node.graph)),
      attributes.isInference, attributes.epsilon > 0
    else { return nil }
    var view = ConstantView()
    guard let tensor = view.tensor(value, in: model), tensor.shape.rank == 1,
      tensor.dataType.isFoldableFloat, var numbers = try? tensor.doubles()
    else { return nil }
    var channels: [(Int, Double)] = []
    for (channel, variance) in numbers.enumerated()
    where variance.isFinite && variance + attributes.epsilon <= 0 {
      channels.append((channel, variance))
      numbers[channel] = 0
    }
    guard !channels.isEmpty else { return nil }
    // The other channels keep their bits: what a type holds is the same after Double and back.
    let recipe = Tensor(
      dataType: tensor.dataType, shape: tensor.shape, recipe: .vector(numbers))
    guard let bytes = try? recipe.loadBytes(),
      let stored = Tensor(dataType: tensor.dataType, shape: tensor.shape, bytes: bytes)
    else { return nil }
    return (stored, channels)
  }
}
