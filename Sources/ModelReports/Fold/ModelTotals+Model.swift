public import ModelIR

extension ModelTotals {
  /// Counts what a model holds, over all its graphs; `bytes` are those of its files.
  ///
  /// Parameters are the elements of float tensors: initializers and Constant nodes.
  public init(_ model: Model, bytes: Int) {
    self.init(batchNormalizations: 0, nodes: 0, parameters: 0, bytes: bytes)
    for value in model.values {
      if let tensor = value.initializer { count(tensor) }
    }
    for node in model.nodes {
      guard let node else { continue }
      nodes += 1
      if node.isStandard("BatchNormalization") { batchNormalizations += 1 }
      if node.isStandard("Constant"), case .tensor(let tensor) = node.attribute("value") {
        count(tensor)
      }
    }
  }

  private mutating func count(_ tensor: Tensor) {
    guard tensor.dataType.isFoldableFloat else { return }
    let (sum, overflow) = parameters.addingReportingOverflow(tensor.shape.elementCount)
    parameters = overflow ? Int.max : sum
  }
}
