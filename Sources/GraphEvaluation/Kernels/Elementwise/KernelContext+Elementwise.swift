internal import ModelIR

extension KernelContext {
  /// Elements under which a second thread costs more than it brings.
  private static var grain: Int { 1 << 14 }

  /// Moves the elements of a float input out of the context, alone if nothing else reads them.
  mutating func takeFloats<E: KernelFloat>(_ position: Int, as _: E.Type) throws -> [E] {
    var tensor = try take(position)
    let type = tensor.dataType
    var elements = RuntimeElements.integer([])
    swap(&tensor.elements, &elements)
    if let result = E.elements(of: elements) { return result }
    switch elements {
    case .float(let floats): return floats.map { E($0) }
    case .double(let doubles): return doubles.map { E($0) }
    case .integer:
      throw EvaluationError.Problem.unsupported("type \(type.name) of input \(position)")
    }
  }

  /// Moves the elements of an input of whole numbers or bool out of the context.
  private mutating func takeIntegers(_ position: Int) throws -> [Int64] {
    var tensor = try take(position)
    var elements = RuntimeElements.integer([])
    swap(&tensor.elements, &elements)
    return Int64.elements(of: elements) ?? []
  }

  /// `op` of every element of the first input, in place where the buffer is nobody else's.
  mutating func map<Operator: UnaryOperator>(_ op: Operator) throws -> [RuntimeTensor?] {
    let loops = UnaryLoops(op)
    return unsafe try inDouble ? map(loops.double) : map(loops.float)
  }

  /// The first input, floats, brought into a range; in place where the buffer is nobody else's.
  mutating func clamp(low: Double, high: Double) throws -> [RuntimeTensor?] {
    try inDouble
      ? clamp(Double.self, low: low, high: high)
      : clamp(Float.self, low: Float(low), high: Float(high))
  }

  private mutating func clamp<E: KernelFloat>(
    _: E.Type, low: E, high: E
  ) throws -> [RuntimeTensor?] {
    let (shape, type) = (try input(0).shape, try input(0).dataType)
    var elements = try takeFloats(0, as: E.self)
    unsafe elements.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      Parallel.forEachRange(buffer.count, threads: threads, grain: 1 << 16) { range in
        unsafe E.clamp(base + range.lowerBound, range.count, low: low, high: high)
      }
    }
    return try result(shape, elements, type)
  }

  private mutating func map<E: KernelFloat>(
    _ loop: UnaryLoops.Loop<E>
  ) throws -> [RuntimeTensor?] {
    let (shape, type) = (try input(0).shape, try input(0).dataType)
    var elements = try takeFloats(0, as: E.self)
    unsafe elements.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      Parallel.forEachRange(buffer.count, threads: threads, grain: Self.grain) { range in
        unsafe loop(base + range.lowerBound, range.count)
      }
    }
    return try result(shape, elements, type)
  }

  /// `op` of two broadcast inputs of one type; the first is changed in place where that is safe.
  mutating func combine<Operator: BinaryOperator>(_ op: Operator) throws -> [RuntimeTensor?] {
    try combine(BinaryLoops(op))
  }

  private mutating func combine(_ loops: BinaryLoops) throws -> [RuntimeTensor?] {
    // The first input must not be held here, or it could not be changed in place.
    let b = try aligned(input(1), to: input(0))
    if inputs.count > 1 { inputs[1] = nil }
    try expandFirst(over: b)
    let (shape, type) = (try input(0).shape, try input(0).dataType)
    let elements: RuntimeElements
    if holdsIntegers(0), let numbers = b.integers {
      let x = try takeIntegers(0)
      elements = unsafe .integer(
        try combined(x, shape, numbers, b.shape, type == .uint64 ? loops.unsigned : loops.integer))
    } else if holdsDouble(0) || Double.elements(of: b.elements) != nil {
      let x = try takeFloats(0, as: Double.self)
      elements = unsafe .double(
        try combined(x, shape, Self.floatElements(of: b, as: Double.self), b.shape, loops.double))
    } else {
      let x = try takeFloats(0, as: Float.self)
      elements = unsafe .float(
        try combined(x, shape, Self.floatElements(of: b, as: Float.self), b.shape, loops.float))
    }
    return [RuntimeTensor(dataType: type, shape: shape, elements: elements)]
  }

  /// Repeats the first input to the shape it has with another, unless it has that already.
  private mutating func expandFirst(over b: RuntimeTensor) throws {
    let shape = try input(0).shape
    let target = try Broadcast.shape([shape, b.shape])
    _ = try count(of: target)
    guard target != shape else { return }
    let steps = Broadcast.steps(of: shape, in: target)
    inputs[0] = try gather(
      input(0), shape: target,
      offsets: target.indices.map { SlicingKernels.whole(target[$0], steps[$0]) })
  }

  /// x ← op(x, y), y broadcast to x.
  private func combined<E: KernelElement>(
    _ x: consuming [E], _ shape: [Int], _ y: [E], _ shapeY: [Int], _ loop: BinaryLoops.Loop<E>
  ) throws -> [E] {
    let broadcast = try Broadcast([shape, shapeY])
    let runs = threads > 1 && broadcast.runLength >= 64 ? pieces(broadcast) : []
    var x = x
    unsafe x.withUnsafeMutableBufferPointer { x in
      unsafe y.withUnsafeBufferPointer { y in
        guard let x = x.baseAddress, let y = y.baseAddress else { return }
        guard let length = runs.first?.count else {
          return broadcast.forEachRun { run in
            unsafe loop(x + run.output, y + run.first.1, run.step.1, run.count)
          }
        }
        Parallel.forEachRange(
          runs.count, threads: threads, grain: max(1, Self.grain / max(1, length))
        ) { range in
          for run in runs[range] {
            unsafe loop(x + run.output, y + run.first.1, run.step.1, run.count)
          }
        }
      }
    }
    return x
  }

  /// The runs of a broadcast, long ones cut into a piece for each thread.
  private func pieces(_ broadcast: Broadcast) -> [Broadcast.Run] {
    var pieces: [Broadcast.Run] = []
    broadcast.forEachRun { run in
      let parts = max(1, min(threads, run.count / Self.grain))
      for part in 0..<parts {
        let (first, end) = (run.count * part / parts, run.count * (part + 1) / parts)
        var piece = run
        piece.output += first
        piece.first.1 += first * run.step.1
        piece.count = end - first
        pieces.append(piece)
      }
    }
    return pieces
  }

  /// Truths of two broadcast inputs.
  func compare<Predicate: BinaryPredicate>(_ holds: Predicate) throws -> [RuntimeTensor?] {
    let a = try input(0)
    let b = try aligned(input(1), to: a)
    let shape = try Broadcast.shape([a.shape, b.shape])
    _ = try count(of: shape)
    let truths: [Int64]
    switch (a.elements, b.elements) {
    case (.integer(let x), .integer(let y)):
      truths =
        a.dataType == .uint64
        ? try broadcast(x, a.shape, y, b.shape) {
          holds(UInt64(bitPattern: $0), UInt64(bitPattern: $1)) ? 1 : 0
        } : try broadcast(x, a.shape, y, b.shape) { holds($0, $1) ? 1 : 0 }
    case (.float(let x), .float(let y)):
      truths = try broadcast(x, a.shape, y, b.shape) { holds($0, $1) ? 1 : 0 }
    default:
      truths = try broadcast(a.doubles(), a.shape, b.doubles(), b.shape) { holds($0, $1) ? 1 : 0 }
    }
    return try result(shape, truths, .bool)
  }

  /// Elementwise over two broadcast arrays into a new one.
  func broadcast<A, B, C: KernelElement>(
    _ a: [A], _ shapeA: [Int], _ b: [B], _ shapeB: [Int], _ op: (A, B) -> C
  ) throws -> [C] {
    let broadcast = try Broadcast([shapeA, shapeB])
    let count = try count(of: broadcast.shape)
    return unsafe [C](unsafeUninitializedCapacity: count) { output, initialized in
      unsafe a.withUnsafeBufferPointer { a in
        unsafe b.withUnsafeBufferPointer { b in
          broadcast.forEachRun { run in
            for index in 0..<run.count {
              let x = unsafe a[run.first.0 + index * run.step.0]
              let y = unsafe b[run.first.1 + index * run.step.1]
              unsafe output.initializeElement(at: run.output + index, to: op(x, y))
            }
          }
        }
      }
      initialized = count
    }
  }

  static func floatElements<E: KernelFloat>(
    of tensor: RuntimeTensor, as _: E.Type
  ) throws -> [E] {
    if let elements = E.elements(of: tensor.elements) { return elements }
    guard !tensor.isInteger else {
      throw EvaluationError.Problem.unsupported("type \(tensor.dataType.name)")
    }
    return tensor.doubles().map { E($0) }
  }

  /// Before version 7 the second operand was aligned at an `axis`, and only with `broadcast` set.
  func aligned(_ b: RuntimeTensor, to a: RuntimeTensor) throws -> RuntimeTensor {
    guard opset < 7, try flag("broadcast"), let axis = try int("axis") else { return b }
    let start = try Axes.normalize(axis, rank: max(1, a.rank))
    guard start + b.rank <= a.rank else {
      throw EvaluationError.Problem.badInput("axis \(axis) leaves no room for \(b.shape)")
    }
    return b.reshaped(
      b.shape + [Int](repeating: 1, count: a.rank - start - b.rank))
  }
}

extension RuntimeTensor {
  /// Whether the elements are whole numbers or bool.
  var isInteger: Bool { integers != nil }
}
