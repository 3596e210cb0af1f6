internal import ModelIR

/// If, Loop and Scan: operators whose bodies are graphs.
///
/// Source: ONNX operators If-1…24, Loop-1…24, Scan-8…24.
enum ControlFlowKernels {
  static let table: [KernelEntry] = [
    KernelEntry("If") { try choose($0) },
    KernelEntry("Loop") { try loop($0) },
    KernelEntry("Scan") { try scan($0) },
  ]

  private static func choose(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let condition = try context.integers(0)
    guard condition.count == 1 else {
      throw EvaluationError.Problem.badInput("a condition of \(condition.count) elements")
    }
    let body = try context.body(condition[0] != 0 ? "then_branch" : "else_branch")
    return try context.run(body: body, []).map { $0 }
  }

  /// Inputs: trip count, condition, carried values; outputs: carried values, then what each
  /// iteration gave, stacked.
  private static func loop(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let body = try context.body("body")
    let limit = context.optionalInput(0)?.integers?.first
    var holds = (context.optionalInput(1)?.integers?.first ?? 1) != 0
    var carried = try context.inputs.dropFirst(2).map { value -> RuntimeTensor in
      guard let value else { throw EvaluationError.Problem.badInput("a carried value is missing") }
      return value
    }
    var stacks: [[RuntimeTensor]] = []
    var iteration: Int64 = 0
    while holds, iteration < limit ?? .max {
      let condition = RuntimeTensor([holds ? 1 : 0], shape: [], dataType: .bool)
      let outputs = try context.run(
        body: body, [RuntimeTensor([iteration], shape: []), condition] + carried)
      guard let next = outputs.first?.integers?.first, outputs.count >= carried.count + 1 else {
        throw EvaluationError.Problem.badInput("a body without a condition")
      }
      holds = next != 0
      carried = Array(outputs[1...carried.count])
      let scanned = Array(outputs.dropFirst(carried.count + 1))
      if stacks.isEmpty { stacks = scanned.map { _ in [] } }
      for (position, value) in scanned.enumerated() { stacks[position].append(value) }
      iteration += 1
    }
    if stacks.isEmpty {
      // No iteration: empty stacks, whose elements' type and shape the body's outputs declare.
      let scanned = context.node.outputs.count - carried.count
      let empty = try (0..<max(0, scanned)).map { position in
        try context.emptyStack(body: body, output: carried.count + 1 + position)
      }
      return carried + empty
    }
    return try carried + stacks.map { try stack($0, axis: 0, context) }
  }

  /// Joins values of one shape along a new axis.
  private static func stack(
    _ values: [RuntimeTensor], axis: Int, _ context: KernelContext
  ) throws -> RuntimeTensor {
    guard let first = values.first, values.allSatisfy({ $0.shape == first.shape }) else {
      throw EvaluationError.Problem.badInput("iterations gave values of different shapes")
    }
    let place = try Axes.normalize(axis, rank: first.rank + 1)
    var shape = first.shape
    shape.insert(values.count, at: place)
    _ = try context.count(of: shape)
    let outer = first.shape[..<place].reduce(1, *)
    func joined<E: KernelElement>(_ parts: [[E]]) -> RuntimeElements {
      var result: [E] = []
      for row in 0..<outer {
        for part in parts {
          let length = part.count / max(1, outer)
          result.append(contentsOf: part[(row * length)..<((row + 1) * length)])
        }
      }
      return E.wrap(result)
    }
    let elements =
      switch first.elements {
      case .float: joined(values.compactMap { Float.elements(of: $0.elements) })
      case .double: joined(values.compactMap { Double.elements(of: $0.elements) })
      case .integer: joined(values.compactMap { Int64.elements(of: $0.elements) })
      }
    guard elements.count == shape.reduce(1, *) else {
      throw EvaluationError.Problem.badInput("iterations gave values of different types")
    }
    return RuntimeTensor(dataType: first.dataType, shape: shape, elements: elements)
  }

  // MARK: Scan

  private static func scan(_ context: KernelContext) throws -> [RuntimeTensor?] {
    guard context.opset >= 9 else { return try batchedScan(context) }
    let inputs = try context.inputs.map { value -> RuntimeTensor in
      guard let value else { throw EvaluationError.Problem.badInput("an input of Scan is missing") }
      return value
    }
    return try scan(
      context, inputs, inputAxes: context.ints("scan_input_axes"),
      inputBackwards: context.ints("scan_input_directions"),
      outputAxes: context.ints("scan_output_axes"),
      outputBackwards: context.ints("scan_output_directions"))
  }

  /// Version 8 has a batch axis first, and an optional list of lengths: a shorter sequence ends
  /// early, and what it gave is followed by zeros.
  private static func batchedScan(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let inputs = context.inputs.dropFirst().compactMap { $0 }
    let scanned = try context.int("num_scan_inputs", default: 0)
    guard let batch = inputs.first?.shape.first, let longest = inputs.last?.shape.dropFirst().first,
      scanned > 0, scanned <= inputs.count,
      inputs.allSatisfy({ $0.shape.first == batch })
    else { throw EvaluationError.Problem.badInput("Scan of nothing, or of different batches") }
    let lengths = try context.optionalInput(0) == nil ? nil : context.integers(0)
    guard lengths.map({ $0.count == batch && $0.allSatisfy((0...Int64(longest)).contains) }) ?? true
    else { throw EvaluationError.Problem.badInput("lengths \(lengths ?? []) of \(longest)") }
    let states = inputs.count - scanned
    var results: [[RuntimeTensor]] = []
    for index in 0..<batch {
      let length = lengths.map { Int($0[index]) } ?? longest
      let slices = try inputs.enumerated().map { position, input in
        let own = try slice(input, axis: 0, at: index, context)
        return position < states ? own : try resized(own, to: length, context)
      }
      let outputs = try scan(
        context, slices, inputAxes: nil, inputBackwards: context.ints("directions"),
        outputAxes: nil, outputBackwards: nil)
      if results.isEmpty { results = outputs.map { _ in [] } }
      for (position, output) in outputs.enumerated() {
        results[position].append(
          position < states ? output : try resized(output, to: longest, context))
      }
    }
    return try results.map { try stack($0, axis: 0, context) }
  }

  /// The first `length` entries of the first axis, zeros behind the last.
  private static func resized(
    _ value: RuntimeTensor, to length: Int, _ context: KernelContext
  ) throws -> RuntimeTensor {
    guard let extent = value.shape.first, extent != length else { return value }
    let strides = value.strides
    var offsets = value.shape.indices.map { SlicingKernels.whole(value.shape[$0], strides[$0]) }
    offsets[0] = (0..<length).map { $0 < extent ? $0 * strides[0] : AxisGather.outside }
    let zero: RuntimeElements =
      switch value.elements {
      case .float: .float([0])
      case .double: .double([0])
      case .integer: .integer([0])
      }
    return try context.gather(value, shape: offsets.map(\.count), offsets: offsets, fill: zero)
  }

  private static func scan(
    _ context: KernelContext, _ inputs: [RuntimeTensor], inputAxes: [Int]?,
    inputBackwards: [Int]?, outputAxes: [Int]?, outputBackwards: [Int]?
  ) throws -> [RuntimeTensor] {
    let body = try context.body("body")
    let scanned = try context.int("num_scan_inputs", default: 0)
    guard scanned > 0, scanned <= inputs.count else {
      throw EvaluationError.Problem.badInput("\(scanned) of \(inputs.count) inputs are scanned")
    }
    var carried = Array(inputs.dropLast(scanned))
    let sequences = Array(inputs.suffix(scanned))
    func entry(_ list: [Int]?, _ position: Int) -> Int {
      guard let list, list.indices.contains(position) else { return 0 }
      return list[position]
    }
    let axes = try sequences.enumerated().map {
      try Axes.normalize(entry(inputAxes, $0.offset), rank: $0.element.rank)
    }
    let length = sequences[0].shape[axes[0]]
    guard sequences.indices.allSatisfy({ sequences[$0].shape[axes[$0]] == length }) else {
      throw EvaluationError.Problem.badInput("scanned inputs of different lengths")
    }
    var stacks: [[RuntimeTensor]] = []
    for step in 0..<length {
      let slices = try sequences.indices.map { position in
        let index = entry(inputBackwards, position) == 1 ? length - 1 - step : step
        return try slice(sequences[position], axis: axes[position], at: index, context)
      }
      let outputs = try context.run(body: body, carried + slices)
      guard outputs.count >= carried.count else {
        throw EvaluationError.Problem.badInput("a body of too few outputs")
      }
      carried = Array(outputs.prefix(carried.count))
      let given = outputs.dropFirst(carried.count)
      if stacks.isEmpty { stacks = given.map { _ in [] } }
      for (position, value) in given.enumerated() { stacks[position].append(value) }
    }
    if length == 0 {
      let count = context.node.outputs.count - carried.count
      return try carried
        + (0..<max(0, count)).map { try context.emptyStack(body: body, output: carried.count + $0) }
    }
    return try carried
      + stacks.enumerated().map { position, values in
        let ordered = entry(outputBackwards, position) == 1 ? values.reversed() : values
        return try stack(ordered, axis: entry(outputAxes, position), context)
      }
  }

  /// One index of an axis, without the axis.
  private static func slice(
    _ value: RuntimeTensor, axis: Int, at index: Int, _ context: KernelContext
  ) throws -> RuntimeTensor {
    let strides = value.strides
    var offsets = value.shape.indices.map { SlicingKernels.whole(value.shape[$0], strides[$0]) }
    var shape = value.shape
    shape.remove(at: axis)
    offsets.remove(at: axis)
    return try context.gather(
      value, shape: shape, start: index * strides[axis], offsets: offsets)
  }
}

extension KernelContext {
  /// What a body's output gives when it never ran: no elements, of the type it declares.
  func emptyStack(body: GraphID, output: Int) throws -> RuntimeTensor {
    guard let declared = declaredOutput(of: body, output), let type = declared.dataType else {
      throw EvaluationError.Problem.badInput("no iteration, and the body declares no type")
    }
    let shape = [0] + (declared.dimensions ?? []).map { $0.value ?? 0 }
    let empty = RuntimeTensor([Int64](), shape: [0])
    return try CastKernels.cast(empty, to: type, saturating: true, precision).reshaped(shape)
  }
}
