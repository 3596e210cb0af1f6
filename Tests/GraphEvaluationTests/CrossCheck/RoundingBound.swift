import ModelIR

@testable import GraphEvaluation

/// How far a node's outputs may lie from what they would be without rounding, whoever computes
/// them: the worst case of any order of summation, for the inputs at hand.
///
/// With u the unit roundoff of the type, and R the node's outputs in Double:
///
/// - what moves, compares or selects elements, or works on whole numbers: 0
/// - one operation an element: u·|R|
/// - sums of K products (Conv, Gemm, MatMul, averages, BatchNormalization): (K + 2)·u·A, where A is
///   the same node on the magnitudes of its inputs (|w| ∗ |x| + |b|)
/// - Softmax: (largest difference + K + 8)·u·R
/// - functions that runtimes approximate (Tanh, Sigmoid): 8u
///
/// plus half a step of the stored type, and its smallest number.
struct RoundingBound {
  /// The unit roundoff of the narrowest numbers that nodes compute in: half is computed in Float.
  static let computed = 0x1p-24

  let recording: RuntimeRecording

  /// One bound for each element of each output of a node; nil where the operator has none.
  func bounds(
    _ node: NodeID, _ inputs: [ValueID: RuntimeTensor], exact: [ValueID: RuntimeTensor]
  ) throws -> [ValueID: [Double]]? {
    let description = recording.model[node]
    let outputs = description.outputs.compactMap { $0 }
    func eachOutput(_ bound: (ValueID) -> [Double]?) -> [ValueID: [Double]] {
      Dictionary(uniqueKeysWithValues: outputs.compactMap { id in bound(id).map { (id, $0) } })
    }
    func relative(_ factor: Double) -> [ValueID: [Double]] {
      eachOutput { id in exact[id].map { $0.doubles().map { factor * $0.magnitude } } }
    }
    let u = unit(description, exact)
    switch description.opType {
    case _ where u == nil, "Constant", "Unsqueeze", "Shape", "Gather", "Concat", "Relu", "Clip",
      "Reshape", "Cast", "Slice", "Transpose", "Identity", "Flatten", "MaxPool", "Squeeze",
      "ReduceMax", "DepthToSpace", "GlobalMaxPool", "Neg", "Split":
      return relative(0)
    case "Add", "Sub", "Mul", "Div":
      return relative(u ?? 0)
    case "Tanh", "Sigmoid":
      return eachOutput { id in exact[id].map { $0.doubles().map { _ in 8 * (u ?? 0) } } }
    case "Softmax":
      guard let x = description.input(0).flatMap({ inputs[$0] })?.doubles(),
        let high = x.max(), let low = x.min()
      else { return nil }
      return relative((high - low + Double(x.count) + 8) * (u ?? 0))
    // In training mode it computes the batch's statistics.
    case "BatchNormalization" where outputs.count > 1: return nil
    case "Conv", "ConvTranspose", "Gemm", "MatMul", "BatchNormalization", "GlobalAveragePool",
      "AveragePool", "ReduceMean":
      guard let terms = try terms(description, inputs, exact) else { return nil }
      let magnitudes = try magnitudes(node, inputs)
      return eachOutput { id in
        magnitudes[id].map { $0.doubles().map { (terms + 2) * (u ?? 0) * $0 } }
      }
    default: return nil
    }
  }

  /// The unit roundoff of the numbers a node computes in: never less than Float's for half, which
  /// is computed in Float; nil for whole numbers.
  private func unit(_ node: Node, _ exact: [ValueID: RuntimeTensor]) -> Double? {
    guard let type = node.output(0).flatMap({ exact[$0] })?.dataType else { return nil }
    return type.unitRoundoff.map { min($0, Self.computed) }
  }

  /// Terms of one sum.
  private func terms(
    _ node: Node, _ inputs: [ValueID: RuntimeTensor], _ exact: [ValueID: RuntimeTensor]
  ) throws -> Double? {
    func shape(_ position: Int) -> [Int]? {
      node.input(position).flatMap { inputs[$0] }?.shape
    }
    guard let x = shape(0), let y = node.output(0).flatMap({ exact[$0] })?.shape else {
      return nil
    }
    switch node.opType {
    case "Conv": return shape(1).map { Double($0.dropFirst().reduce(1, *) + 1) }
    case "ConvTranspose":
      return shape(1).map { Double($0.reduce(1, *) / max(1, $0[1]) + 1) }
    case "Gemm", "MatMul": return Double((x.max() ?? 1) + 2)
    case "BatchNormalization": return 6
    default: return Double(x.reduce(1, *) / max(1, y.reduce(1, *)) + x.count)
    }
  }

  /// The node in Double on the magnitudes of its inputs, all signs such that nothing cancels.
  private func magnitudes(
    _ id: NodeID, _ inputs: [ValueID: RuntimeTensor]
  ) throws -> [ValueID: RuntimeTensor] {
    var model = recording.model
    var node = model[id]
    for name in ["alpha", "beta"] {
      guard case .float(let value) = node.attribute(name),
        let position = node.attributes.firstIndex(where: { $0.name == name })
      else { continue }
      node.attributes[position] = Attribute(name, .float(value.magnitude))
    }
    model[id] = node
    var values: [ValueID: RuntimeTensor] = [:]
    for (position, input) in node.inputs.enumerated() {
      guard let input, let value = inputs[input] else { continue }
      let isMean = node.opType == "BatchNormalization" && position == 3
      values[input] =
        value.isInteger
        ? value
        : RuntimeTensor(
          dataType: value.dataType, shape: value.shape,
          elements: .double(value.doubles().map { isMean ? -$0.magnitude : $0.magnitude }))
    }
    try GraphRunner(model: model, precision: .double, options: EvaluationOptions(threads: 1))
      .run(nodes: [id], values: &values)
    return values
  }
}
