public import ModelIR
internal import Operators

extension ModelTotals {
  /// Counts what a model holds, over all its graphs; `bytes` are those of its files.
  ///
  /// Parameters are the elements of initializers and Constant nodes, but for shapes, indices,
  /// bools and texts.
  public init(_ model: Model, bytes: Int) {
    self.init(batchNormalizations: 0, nodes: 0, parameters: 0, bytes: bytes)
    for value in model.values {
      if let tensor = value.initializer { count(tensor) }
    }
    for node in model.nodes {
      guard let node else { continue }
      nodes += 1
      if node.isStandard("BatchNormalization") { batchNormalizations += 1 }
      if node.isStandard("Constant"), let output = node.output(0),
        let tensor = NodeCost.stored(output, in: model)
      {
        count(tensor)
      }
    }
  }

  private mutating func count(_ tensor: Tensor) {
    guard NodeCost.isParameter(tensor.dataType) else { return }
    let (sum, overflow) = parameters.addingReportingOverflow(tensor.shape.elementCount)
    parameters = overflow ? Int.max : sum
  }
}
