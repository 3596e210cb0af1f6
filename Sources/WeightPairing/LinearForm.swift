internal import ModelIR

/// The ONNX operator that a linear layer is lowered to, with the shapes around it.
///
/// A few positions are enough: the input has four in each direction (two of a transposed
/// convolution), a matrix four rows.
struct LinearForm {
  var opType: String
  var attributes: [Attribute] = []
  /// The shape of the weight as the operator wants it.
  var weight: [Int]
  var input: [Int]
  var output: [Int]

  /// Nil where the extents make no sense in the layer's layout, or are beyond counting.
  init?(_ layer: LinearLayer, _ extents: [Int]) {
    guard let outputs = layer.outputs(extents) else { return nil }
    func sums(_ kernel: ArraySlice<Int>, _ more: Int) -> [Int]? {
      let sums = kernel.map { $0.addingReportingOverflow(more) }
      return sums.contains(where: \.overflow) ? nil : sums.map(\.partialValue)
    }
    weight = extents
    switch layer.layout {
    case .outputFirst where extents.count == 2:
      opType = "Gemm"
      attributes = [Attribute("transB", .int(1))]
      input = [4, extents[1]]
      output = [4, outputs]
    case .outputFirst:
      guard let window = sums(extents[2...], 3) else { return nil }
      opType = "Conv"
      input = [1, extents[1]] + window
      output = [1, outputs] + window.map { _ in 4 }
    case .transposed:
      guard let window = sums(extents[2...], 1) else { return nil }
      opType = "ConvTranspose"
      attributes = [Attribute("group", .int(Int64(layer.groups)))]
      input = [1, extents[0]] + window.map { _ in 2 }
      output = [1, outputs] + window
    case .outputLast, .depthwiseLast:
      let rows = extents.reduce(1, *) / outputs
      opType = "Gemm"
      weight = [rows, outputs]
      input = [4, rows]
      output = [4, outputs]
    }
  }
}
