internal import ModelIR
internal import Operators

/// Gemm: Y = alpha·A′·B′ + beta·C, with alpha and both transpositions as they are.
///
/// Output:  columns of B′ (or rows of a constant A′) times scale,
///          C′ = scale·(beta·C) + shift with beta := 1, C widened as far as it must be.
/// Input:   rows of B′ times scale, C′ = beta·C + alpha·Σ B′·shift with beta := 1.
///
/// Shapes: B′ [K, N]; C [], [N], [1], [1, N], [M, 1] or [M, N], or none.
struct GemmRule: OperatorRule {
  let name = "gemm"
  let summary = "scales a Gemm's matrix and moves its C"
  let operators = ["Gemm"]

  func backward(
    _ affine: ChannelAffine, output: Int, at visit: Visit, draft: inout FoldDraft
  ) throws(KeepReason) -> [Demand] {
    let attributes = try attributes(visit)
    // Axis 1 are B's columns; axis 0 are A's rows, for a constant A.
    let axis = affine.layout.axes.first ?? (visit.isConstant(1) ? 1 : 0)
    let position = axis == 1 ? 1 : 0
    let tensor = try matrix(visit, position)
    let transposed = position == 1 ? attributes.transposesB : attributes.transposesA
    let weightAxis = position == 1 ? (transposed ? 0 : 1) : (transposed ? 1 : 0)
    let extent = tensor.shape.dimensions[weightAxis]
    let along = try visit.along(affine, axis: axis, extent: extent)
    let place = WeightPlace(
      position: position, index: .axis(weightAxis), output: .axis(weightAxis),
      scale: attributes.alpha)
    var node = visit.node
    let bias = try bias(visit, attributes, axis: axis, extent: extent, tensor.dataType)
    try visit.applyOutput(along, to: bias, weight: place, in: &node, draft: &draft)
    try visit.scale(place, tensor, by: along, side: .output, in: &node, draft: &draft)
    settleBeta(&node, visit, attributes)
    draft.edit(visit.id, node)
    return []
  }

  func forward(
    _ affine: ChannelAffine, inputs: [Int], at visit: Visit, draft: inout FoldDraft
  ) throws(KeepReason) -> [Demand] {
    guard inputs == [0] else { throw .notLinear(visit.blocker) }
    let attributes = try attributes(visit)
    let tensor = try matrix(visit, 1)
    let (inner, outer) = attributes.transposesB ? (1, 0) : (0, 1)
    let along = try visit.along(
      affine, axis: attributes.transposesA ? 0 : 1, extent: tensor.shape.dimensions[inner])
    let place = WeightPlace(
      position: 1, index: .axis(inner), output: .axis(outer), scale: attributes.alpha)
    var node = visit.node
    let bias = try bias(
      visit, attributes, axis: 1, extent: tensor.shape.dimensions[outer], tensor.dataType)
    try visit.absorbInput(
      along, weight: place, tensor, bias: bias, in: &node, draft: &draft)
    settleBeta(&node, visit, attributes)
    draft.edit(visit.id, node)
    return []
  }

  private func attributes(_ visit: Visit) throws(KeepReason) -> GemmAttributes {
    try visit.attributes { () throws(AttributeError) in
      try GemmAttributes(visit.node, opset: visit.opset)
    }
  }

  private func matrix(_ visit: Visit, _ position: Int) throws(KeepReason) -> Tensor {
    let tensor = try visit.linearWeight(position)
    guard tensor.shape.rank == 2, tensor.shape.elementCount > 0 else {
      throw .malformedOperator(visit.blocker, "a matrix of shape \(tensor.shape)")
    }
    return tensor
  }

  /// C and the shape to which it must grow to hold one number per channel of `axis`.
  private func bias(
    _ visit: Visit, _ attributes: GemmAttributes, axis: Int, extent: Int, _ type: DataType
  ) throws(KeepReason) -> BiasPlace {
    let stored = try visit.linearBias(2)
    guard let stored else {
      let shape: TensorShape? = axis == 1 ? .vector(extent) : TensorShape([extent, 1])
      return BiasPlace(
        position: 2, tensor: nil, dataType: type, shape: shape ?? .vector(extent),
        index: .axis(0))
    }
    var shape = stored.shape.dimensions
    guard shape.count <= 2 else {
      throw .malformedOperator(visit.blocker, "C of shape \(stored.shape)")
    }
    guard attributes.broadcastsC || shape.count == 2 else {
      throw .malformedOperator(visit.blocker, "C of shape \(stored.shape) without broadcast")
    }
    let position = axis - (2 - shape.count)
    if position < 0 {
      shape = axis == 1 ? [extent] : [extent] + (shape.isEmpty ? [1] : shape)
    } else {
      guard shape[position] == 1 || shape[position] == extent else {
        throw .malformedOperator(visit.blocker, "C of shape \(stored.shape)")
      }
      shape[position] = extent
    }
    guard let grown = TensorShape(shape) else {
      throw .malformedOperator(visit.blocker, "C of shape \(stored.shape)")
    }
    return BiasPlace(
      position: 2, tensor: stored, dataType: stored.dataType, shape: grown,
      index: .axis(axis - (2 - grown.rank)), scale: attributes.beta)
  }

  /// A new C holds beta already.
  private func settleBeta(_ node: inout Node, _ visit: Visit, _ attributes: GemmAttributes) {
    guard attributes.beta != 1, node.input(2) != visit.node.input(2) else { return }
    node.setAttribute("beta", .float(1))
  }
}
