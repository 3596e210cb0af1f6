internal import ModelIR

/// Several networks as one graph that averages their class probabilities.
///
///     y = (1/M) · Σ over members m of p_m(x)
///
/// where p_m is what a member makes, or its Softmax along `axis` where it makes no probabilities.
/// Source: Ioffe & Szegedy 2015, arXiv 1502.03167, §4.2.3.
struct EnsembleGraph {
  private(set) var members: [EnsembleMember]
  private let axis: Int?
  /// What all members together say of the first one's inputs and outputs.
  private var inputTypes: [ValueType]
  private var outputTypes: [ValueType]
  /// What every name of a member begins with; none of the ensemble's own inputs and outputs does.
  private func prefix(_ position: Int) -> String {
    let names = members[0].names(members[0].inputs + members[0].outputs)
    var prefix = "member\(position + 1)/"
    while names.contains(where: { $0.hasPrefix(prefix) }) { prefix += "_" }
    return prefix
  }

  /// Checks that the members go together.
  ///
  /// Errors: `PipelineError` that says which of them does not, and why.
  init(_ members: [EnsembleMember], softmaxAxis: Int?) throws {
    self.members = members
    axis = softmaxAxis
    guard let first = members.first else { throw PipelineError(.usage, "no member is given") }
    (inputTypes, outputTypes) = try (
      first.tensorTypes(first.inputs), first.tensorTypes(first.outputs)
    )
    for member in members.dropFirst() {
      try checkOperators(member, first)
      try join(member.inputs, first.names(first.inputs), &inputTypes, member, "input")
      try join(member.outputs, first.names(first.outputs), &outputTypes, member, "output")
    }
    for index in members.indices {
      self.members[index].softmaxAxes = try members[index].outputs.map {
        try axisToAdd(for: $0, members[index])
      }
    }
  }

  // MARK: Building

  /// The one graph.
  func model() -> Model {
    let first = members[0]
    var header = first.model.header
    // From IR 4 on an initializer need not stand among the inputs.
    header.irVersion = members.map(\.model.header.irVersion).reduce(4, max)
    header.producerName = "bnfold"
    header.producerVersion = Version.string
    var result = Model(header: header, opsets: first.model.opsets)
    result[result.mainGraph].name = "ensemble"
    let inputs = zip(first.inputs, inputTypes).map { input, type in
      result.addInput(first.model[input].name, type: type, to: result.mainGraph)
    }
    var made: [[ValueID]] = []
    for (position, member) in members.enumerated() {
      let own = Self.order(member.names(member.inputs), first.names(first.inputs)).map {
        inputs[$0]
      }
      let prefix = prefix(position)
      var outputs = result.embed(member.model, prefix: prefix, inputs: own)
      for (index, axis) in member.softmaxAxes.enumerated() {
        guard let axis else { continue }
        let value = result.addValue(
          Value(
            name: "\(prefix)\(member.model[member.outputs[index]].name)/probabilities",
            graph: result.mainGraph))
        result.addNode(
          Node(
            name: "\(prefix)Softmax", opType: "Softmax", graph: result.mainGraph,
            inputs: [outputs[index]], outputs: [value],
            attributes: [Attribute("axis", .int(Int64(axis)))]))
        outputs[index] = value
      }
      made.append(outputs)
    }
    for (index, output) in first.outputs.enumerated() {
      let name = first.model[output].name
      let value = result.addValue(
        Value(name: name, graph: result.mainGraph, type: outputTypes[index]))
      let summands = members.enumerated().map { position, member in
        let order = Self.order(first.names(first.outputs), member.names(member.outputs))
        return made[position][order[index]]
      }
      result.addNode(
        Node(
          name: "mean/\(name)", opType: "Mean", graph: result.mainGraph, inputs: summands,
          outputs: [value]))
      result[result.mainGraph].outputs.append(value)
    }
    return result
  }

  /// For each of `names` its position in `other`; a lone one is the other's lone one, whatever it
  /// is called.
  static func order(_ names: [String], _ other: [String]) -> [Int] {
    names.enumerated().map { position, name in other.firstIndex(of: name) ?? position }
  }

  // MARK: Checks

  private func checkOperators(_ member: EnsembleMember, _ first: EnsembleMember) throws {
    guard member.model.opsets == first.model.opsets else {
      throw PipelineError(
        .unsupported,
        "\(member.name) is written in operator sets \(Self.text(member.model.opsets)), "
          + "\(first.name) in \(Self.text(first.model.opsets)); export them with the same")
    }
  }

  /// Adds what a member says of its inputs or outputs to what is known of them.
  private func join(
    _ own: [ValueID], _ expected: [String], _ types: inout [ValueType], _ member: EnsembleMember,
    _ kind: String
  ) throws {
    let names = member.names(own)
    guard Set(names) == Set(expected) || (names.count == 1 && expected.count == 1) else {
      throw PipelineError(
        .badInput,
        "\(member.name) has the \(kind)s \(Self.list(names)), those before it have "
          + "\(Self.list(expected)); members need the same")
    }
    let stated = try member.tensorTypes(own)
    for (position, index) in Self.order(names, expected).enumerated() {
      guard let joined = Self.join(stated[position], types[index]) else {
        throw PipelineError(
          .badInput,
          "\(kind) \"\(names[position])\" of \(member.name) is \(PortText.text(stated[position])), "
            + "that of the members before it \(PortText.text(types[index])); members need the same "
            + "type and shape")
      }
      types[index] = joined
    }
  }

  /// What both say; nil where they differ in element type, rank or an extent.
  private static func join(_ a: ValueType, _ b: ValueType) -> ValueType? {
    guard case .tensor(let x?, let m?) = a, case .tensor(let y?, let n?) = b, x == y,
      m.count == n.count
    else { return nil }
    var extents: [Dimension] = []
    for (p, q) in zip(m, n) {
      if let known = p.value, let other = q.value, known != other { return nil }
      extents.append(q.value == nil && p.value != nil ? p : q)
    }
    return .tensor(x, extents)
  }

  /// The axis of a Softmax to add; nil where the output is one's.
  private func axisToAdd(for output: ValueID, _ member: EnsembleMember) throws -> Int? {
    let name = member.model[output].name
    let type = try member.tensorTypes([output])[0]
    guard type.dataType?.isFoldableFloat == true, let rank = type.dimensions?.count else {
      throw PipelineError(
        .unsupported,
        "output \"\(name)\" of \(member.name) is \(PortText.text(type)): only floats have a mean")
    }
    if Self.comesFromSoftmax(output, member.model) { return nil }
    guard let axis else {
      throw PipelineError(
        .usage,
        "output \"\(name)\" of \(member.name) does not come from a Softmax, so it may be no "
          + "probabilities: give --softmax AXIS (-1 is the last) to take the Softmax first")
    }
    let positive = axis < 0 ? axis + rank : axis
    guard (0..<rank).contains(positive) else {
      throw PipelineError(.usage, "--softmax \(axis): output \"\(name)\" has \(rank) dimensions")
    }
    // Before opset 13 a Softmax goes over all axes from this one on.
    guard member.model.opsets["", default: 1] >= 13 || positive == rank - 1 else {
      throw PipelineError(
        .unsupported,
        "--softmax \(axis): in opset \(member.model.opsets["", default: 1]) a Softmax cannot go "
          + "along an inner axis alone")
    }
    return positive
  }

  /// Whether a value is a Softmax's, but for its shape or its type's precision.
  private static func comesFromSoftmax(_ value: ValueID, _ model: Model) -> Bool {
    var value = value
    while let maker = model.producer(of: value) {
      let node = model[maker]
      guard node.domain.isEmpty else { return false }
      switch node.opType {
      case "Softmax": return true
      case "Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Cast":
        guard let input = node.input(0) else { return false }
        value = input
      default: return false
      }
    }
    return false
  }

  // MARK: Words

  private static func list(_ names: [String]) -> String {
    names.isEmpty ? "none" : names.map { "\"\($0)\"" }.joined(separator: ", ")
  }

  private static func text(_ opsets: [String: Int]) -> String {
    opsets.sorted { $0.key < $1.key }
      .map { "\($0.key.isEmpty ? "ai.onnx" : $0.key) \($0.value)" }.joined(separator: ", ")
  }
}
