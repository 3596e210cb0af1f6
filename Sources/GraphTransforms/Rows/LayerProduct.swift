internal import ModelIR
internal import Operators

/// The numbers of a row's one layer, in Double, from both layers' parameters before rounding.
///
///     W′[o, j, k] = Σ over m  W₂[o, m, k₂]·W₁[m, j, k₁]      s[o] = Σ over m, k  W₂[o, m, k]·b₁[m]
///
/// Accuracy: sums of n products in Double; within n·2⁻⁵³ of the sum of their magnitudes.
struct LayerProduct {
  let row: LayerRow
  let evaluator: any ConstantEvaluator
  let model: Model

  /// A weight as [outputs, inputs/groups, taps], whatever the node stores.
  private struct Kernel {
    var numbers: [Double]
    var members: Int
    var taps: Int

    init(_ layer: LinearLayer) throws {
      numbers = try LayerProduct.numbers(layer.weight.tensor)
      members = layer.inputs / layer.groups
      taps = layer.taps
      if layer.isTransposed {
        numbers = LayerProduct.transposed(numbers, rows: members, columns: layer.outputs)
      }
    }
  }

  /// The one layer's weight, in the order in which its node stores it; nil where nothing multiplies
  /// matrices.
  func weight() throws -> [Double]? {
    let (inner, outer) = (try Kernel(row.first), try Kernel(row.second))
    let groups = row.groups
    let (outputs, between, inputs) = (
      row.second.outputs / groups, row.first.outputs / groups, row.first.inputs / groups
    )
    var result: [Double] = []
    for group in 0..<groups {
      let left = dense(outer, row.second, group, rows: outputs, columns: between)
      let right = dense(inner, row.first, group, rows: between, columns: inputs)
      let block: [Double]?
      if outer.taps == 1 {
        block = try product(left, [outputs, between], right, [between, inputs * inner.taps])
      } else {
        // A stack of matrices, one for each output.
        block = try product(
          Self.transposed(right, rows: between, columns: inputs), [inputs, between],
          left, [outputs, between, outer.taps])
      }
      guard let block else { return nil }
      result += block
    }
    guard row.kept.isTransposed else { return result }
    return Self.transposed(result, rows: row.second.outputs, columns: inputs)
  }

  /// What the first layer's bias adds to each output.
  func shift() throws -> [Double] {
    guard let bias = row.first.bias else { return [] }
    let numbers = try Self.numbers(bias.tensor).map { $0 * bias.scale }
    let (outer, layer) = (try Kernel(row.second), row.second)
    return (0..<layer.outputs).map { output in
      let base = output / (layer.outputs / layer.groups) * outer.members
      var sum = 0.0
      for member in 0..<outer.members {
        let start = (output * outer.members + member) * outer.taps
        for tap in 0..<outer.taps { sum += outer.numbers[start + tap] * numbers[base + member] }
      }
      return sum
    }
  }

  // MARK: Parts

  /// One group of the row as a matrix [rows, columns, taps], with zeros between smaller groups.
  private func dense(
    _ kernel: Kernel, _ layer: LinearLayer, _ group: Int, rows: Int, columns: Int
  ) -> [Double] {
    let run = kernel.members * kernel.taps
    guard kernel.members < columns else {
      return Array(kernel.numbers[(group * rows * run)..<((group + 1) * rows * run)])
    }
    var result = [Double](repeating: 0, count: rows * columns * kernel.taps)
    for row in 0..<rows {
      let output = group * rows + row
      let base = output / (layer.outputs / layer.groups) * kernel.members - group * columns
      let place = (row * columns + base) * kernel.taps
      result.replaceSubrange(
        place..<(place + run), with: kernel.numbers[(output * run)..<((output + 1) * run)])
    }
    return result
  }

  private func product(
    _ left: [Double], _ leftShape: [Int], _ right: [Double], _ rightShape: [Int]
  ) throws -> [Double]? {
    guard let first = TensorShape(leftShape), let second = TensorShape(rightShape) else {
      return nil
    }
    let node = Node(
      opType: "MatMul", graph: model.mainGraph, inputs: [nil, nil], outputs: [row.second.output])
    return try evaluator.constants(
      of: node, in: model, inputs: [Tensor(left, shape: first), Tensor(right, shape: second)],
      maximumElements: .max)?.first?.doubles()
  }

  private static func numbers(_ tensor: Tensor) throws -> [Double] {
    var tensor = tensor
    if case .derived = tensor.storage { tensor.dataType = .float64 }
    return try tensor.doubles()
  }

  private static func transposed(_ numbers: [Double], rows: Int, columns: Int) -> [Double] {
    var result = numbers
    for row in 0..<rows {
      for column in 0..<columns { result[column * rows + row] = numbers[row * columns + column] }
    }
    return result
  }
}
