internal import ModelIR

/// MatMul of two matrices and an Add of something that broadcasts to the result become a Gemm.
///
/// Conditions: both factors have rank 2 and a float type; nobody else reads the product; the other
/// summand has at most rank 2 and does not make the result larger; opset 7 or later, from which on
/// Gemm broadcasts by itself.
struct MatrixBias: SimplificationRule {
  let name = "matrix-bias"
  let operators: Set<String>? = ["Add"]

  func simplify(_ id: NodeID, in context: SimplificationContext) -> SimplificationDraft? {
    let node = context.node(id)
    guard context.opset(id) >= 7, node.inputs.count == 2, let output = node.output(0) else {
      return nil
    }
    for position in 0..<2 {
      guard let product = context.soleMaker(of: node.inputs[position]),
        product.node.opType == "MatMul", product.node.graph == node.graph,
        let bias = node.inputs[1 - position], let a = product.node.input(0),
        let b = product.node.input(1), context.dimensions(a)?.count == 2,
        context.dimensions(b)?.count == 2, fits(bias, output, a, b, context),
        context.dataType(a)?.isFoldableFloat == true, context.dataType(a) != .bfloat16
      else { continue }
      var draft = context.draft(id)
      draft.edit(id) { node in
        node.name = product.node.name
        node.opType = "Gemm"
        node.inputs = [a, b, bias]
        node.attributes = []
      }
      draft.remove(product.id)
      return draft
    }
    return nil
  }

  /// Whether the bias broadcasts to the product's shape: each extent is 1 or the same.
  private func fits(
    _ bias: ValueID, _ output: ValueID, _ a: ValueID, _ b: ValueID,
    _ context: SimplificationContext
  ) -> Bool {
    guard let rows = context.dimensions(a)?[0], let columns = context.dimensions(b)?[1],
      let extents = context.dimensions(bias), extents.count <= 2
    else { return false }
    return zip(extents.reversed(), [columns, rows]).allSatisfy { own, whole in
      own == .known(1) || (own == whole && own != .unknown)
    }
  }
}
