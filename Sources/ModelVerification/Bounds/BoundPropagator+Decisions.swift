internal import GraphEvaluation
internal import ModelIR

extension BoundPropagator {
  /// Greater, Less, Equal, …: decided where the two are farther apart than their errors.
  func comparison(_ node: Node, _ id: NodeID) throws -> [ErrorBound] {
    guard let a = node.input(0), let b = node.input(1), let output = node.output(0),
      amounts(a) != nil || amounts(b) != nil
    else { return [.exact] }
    let shape = try number(output).shape
    let (x, y) = (try expanded(a, shape), try expanded(b, shape))
    let ex = try error(of: a, expandedTo: shape)?.limits
    let ey = try error(of: b, expandedTo: shape)?.limits
    let limits = x.indices.map { i in
      (x[i] - y[i]).magnitude > (ex?[i] ?? 0) + (ey?[i] ?? 0) ? 0 : Double.infinity
    }
    return [.amounts(ErrorAmounts(variance: nil, absolute: limits))]
  }

  /// And, Or, Xor, Not: undecided where an input is.
  func logic(_ node: Node, _ id: NodeID) throws -> [ErrorBound] {
    guard let output = node.output(0) else { return [.exact] }
    let shape = try number(output).shape
    var limits = [Double](repeating: 0, count: shape.reduce(1, *))
    for input in node.inputs.compactMap({ $0 }) where amounts(input) != nil {
      guard let own = try error(of: input, expandedTo: shape)?.limits else { continue }
      for i in limits.indices { limits[i] = max(limits[i], own[i]) }
    }
    return [.amounts(ErrorAmounts(variance: nil, absolute: limits))]
  }

  /// ArgMax, ArgMin, TopK: along their axis, places are decided where the candidates are farther
  /// apart than twice the largest error of their row; TopK's numbers are off by no more than it.
  func ranking(_ node: Node, _ id: NodeID) throws -> [ErrorBound] {
    guard let input = node.input(0), let amounts = amounts(input) else {
      return node.outputs.map { _ in .exact }
    }
    let value = try number(input)
    var axis = node.opType == "TopK" ? -1 : 0
    if case .int(let stated)? = node.attribute("axis") { axis = Int(clamping: stated) }
    if axis < 0 { axis += value.shape.count }
    guard value.shape.indices.contains(axis) else { return [.unknown("axis \(axis)")] }
    let rows = rowLimits(value, axis, amounts.limits, places: places(node, try outputs(node)))
    return try node.outputs.enumerated().map { position, output in
      guard let output else { return .exact }
      let isNumbers = node.opType == "TopK" && position == 0
      let shape = try number(output).shape
      let each = isNumbers ? rows.largest : rows.undecided
      return .amounts(
        ErrorAmounts(variance: nil, absolute: spread(each, value.shape, axis, over: shape)))
    }
  }

  // MARK: Parts

  private func outputs(_ node: Node) throws -> RuntimeTensor? {
    try node.outputs.compactMap { $0 }.first.map { try number($0) }
  }

  /// How many places of a row are decided.
  private func places(_ node: Node, _ result: RuntimeTensor?) -> (count: Int, smallest: Bool) {
    guard node.opType == "TopK" else { return (1, node.opType == "ArgMin") }
    var smallest = false
    if case .int(0)? = node.attribute("largest") { smallest = true }
    var axis = -1
    if case .int(let stated)? = node.attribute("axis") { axis = Int(clamping: stated) }
    let shape = result?.shape ?? []
    if axis < 0 { axis += shape.count }
    return (shape.indices.contains(axis) ? shape[axis] : 1, smallest)
  }

  /// For each row along an axis: the largest error, and infinity where a place is undecided.
  private func rowLimits(
    _ value: RuntimeTensor, _ axis: Int, _ limits: [Double],
    places: (count: Int, smallest: Bool)
  ) -> (largest: [Double], undecided: [Double]) {
    let extent = value.shape[axis]
    let inner = value.shape[(axis + 1)...].reduce(1, *)
    let outer = value.shape[..<axis].reduce(1, *)
    let numbers = value.doubles()
    var largest: [Double] = []
    var undecided: [Double] = []
    for o in 0..<outer {
      for i in 0..<inner {
        var row: [Double] = []
        var error = 0.0
        for k in 0..<extent {
          let position = (o * extent + k) * inner + i
          row.append(places.smallest ? -numbers[position] : numbers[position])
          error = max(error, limits[position])
        }
        row.sort(by: >)
        let last = min(places.count, extent - 1)
        let isClose = last > 0 && (0..<last).contains { row[$0] - row[$0 + 1] <= 2 * error }
        largest.append(error)
        undecided.append(isClose && error > 0 ? .infinity : 0)
      }
    }
    return (largest, undecided)
  }

  /// One number for each row, repeated along the axis of the result.
  private func spread(
    _ rows: [Double], _ shape: [Int], _ axis: Int, over result: [Int]
  ) -> [Double] {
    let inner = shape[(axis + 1)...].reduce(1, *)
    let count = result.reduce(1, *)
    let extent = rows.isEmpty ? 1 : max(1, count / rows.count)
    return (0..<count).map { position in
      rows[position / (extent * inner) * inner + position % inner]
    }
  }
}
