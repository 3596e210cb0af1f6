internal import GraphEvaluation
internal import ModelIR

extension BoundPropagator {
  /// Operators that pick, repeat or average elements: they do to errors what they do to elements.
  ///
  /// A maximum of many is off by no more than the largest error among them; a mean by no more than
  /// the mean of the errors (and its variance by no more than the mean variance).
  func movement(_ node: Node, _ id: NodeID) throws -> [ErrorBound] {
    let data = dataInputs(node)
    for (position, input) in node.inputs.enumerated()
    where !data.contains(position) && amounts(input) != nil {
      return [.unknown("an inexact input \(position) of \(node.opType)")]
    }
    let incoming = try data.map { try branchAmounts(node, $0) }
    guard incoming.contains(where: { $0 != nil }) else { return node.outputs.map { _ in .exact } }
    var sources: Set<Int> = []
    for one in incoming { sources.formUnion(one?.sources ?? []) }
    let absolute = try moved(node, data, incoming.map { $0?.absolute })
    var variance: [RuntimeTensor?]?
    if incoming.contains(where: { $0?.variance != nil }) {
      variance = try moved(node, data, incoming.map { $0?.variance })
    }
    return node.outputs.indices.map { position in
      guard position == 0 || node.opType == "Split", let amounts = absolute[position] else {
        // MaxPool's indices and the like.
        return .unknown("output \(position) of \(node.opType) is a decision")
      }
      return .amounts(
        ErrorAmounts(
          variance: variance?[position]?.doubles(), absolute: amounts.doubles(),
          sources: sources))
    }
  }

  /// ReduceMin: the largest error of the elements.
  func smallestOf(_ node: Node, _ id: NodeID) throws -> [ErrorBound] {
    var copy = node
    copy.opType = "ReduceMax"
    return try movement(copy, id)
  }

  /// Sums and norms: the sum, or the norm, of the errors (|‖x + e‖ − ‖x‖| ≤ ‖e‖).
  func total(_ node: Node, _ id: NodeID) throws -> [ErrorBound] {
    let sums = try moved(node, [0], [amounts(node.input(0))?.limits])
    return [
      sums.first??.doubles().first.map { _ in
        .amounts(ErrorAmounts(variance: nil, absolute: sums[0]?.doubles() ?? []))
      } ?? .exact
    ]
  }

  // MARK: Parts

  /// The error of an input; a constant branch of Concat that is new may be off by its rounding.
  private func branchAmounts(_ node: Node, _ position: Int) throws -> ErrorAmounts? {
    let value = node.input(position)
    guard node.opType == "Concat", let value, isConstant(value), try !isUnchanged(value) else {
      return amounts(value)
    }
    let constant = try number(value)
    guard constant.dataType.unitRoundoff != nil else { return nil }
    return ErrorAmounts(variance: nil, absolute: rounding(of: value, constant))
  }

  private func moved(
    _ node: Node, _ data: [Int], _ errors: [[Double]?]
  ) throws -> [RuntimeTensor?] {
    var inputs: [RuntimeTensor?] = try node.inputs.map { try $0.map { try number($0) } }
    for (position, amounts) in zip(data, errors) {
      guard let original = inputs.indices.contains(position) ? inputs[position] : nil else {
        continue
      }
      inputs[position] = tensor(
        amounts ?? [Double](repeating: 0, count: original.count), original.shape)
    }
    return try variant(node).run(inputs)
  }

  /// The inputs whose elements come out again.
  private func dataInputs(_ node: Node) -> [Int] {
    switch node.opType {
    case "Concat": Array(node.inputs.indices)
    case "Where": [1, 2]
    // The padding value is a constant and as good as exact.
    case "Pad": node.inputs.count > 2 && node.inputs[2] != nil ? [0, 2] : [0]
    default: [0]
    }
  }

  /// Cubic interpolation has negative weights; the size of others is exact.
  func isWeightedMean(_ node: Node) -> Bool { node.attribute("mode")?.text != "cubic" }
}
