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

  /// `op` of every element of the first input, in place where the buffer is nobody else's.
  mutating func map<Operator: UnaryOperator>(_ op: Operator) throws -> [RuntimeTensor?] {
    try inDouble ? map(op, Double.self) : map(op, Float.self)
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

  private mutating func map<Operator: UnaryOperator, E: KernelFloat>(
    _ op: Operator, _: E.Type
  ) throws -> [RuntimeTensor?] {
    let (shape, type) = (try input(0).shape, try input(0).dataType)
    return try result(shape, mapped(op, E.self), type)
  }

  private mutating func mapped<Operator: UnaryOperator, E: KernelFloat>(
    _ op: Operator, _: E.Type
  ) throws -> [E] {
    var elements = try takeFloats(0, as: E.self)
    unsafe elements.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let buffer = unsafe buffer
      unsafe Parallel.forEachRange(buffer.count, threads: threads, grain: Self.grain) { range in
        for index in range { unsafe buffer[index] = op(buffer[index]) }
      }
    }
    return elements
  }

  /// `op` of two broadcast inputs of one type; the first is changed in place where that is safe.
  mutating func combine<Operator: BinaryOperator>(_ op: Operator) throws -> [RuntimeTensor?] {
    if !holdsIntegers(0), !holdsIntegers(1) {
      // The first input must not be held here, or it could not be changed in place.
      let b = try aligned(input(1), to: input(0))
      return [
        try holdsDouble(0) || holdsDouble(1)
          ? combinedFloats(op, b, Double.self) : combinedFloats(op, b, Float.self)
      ]
    }
    let a = try input(0)
    let b = try aligned(input(1), to: a)
    let combined: RuntimeTensor
    switch (a.elements, b.elements) {
    case (.integer(let x), .integer(let y)):
      let shape = try Broadcast.shape([a.shape, b.shape])
      _ = try count(of: shape)
      let elements =
        a.dataType == .uint64
        ? try broadcast(x, a.shape, y, b.shape) {
          Int64(bitPattern: op(UInt64(bitPattern: $0), UInt64(bitPattern: $1)))
        } : try broadcast(x, a.shape, y, b.shape) { op($0, $1) }
      combined = RuntimeTensor(dataType: a.dataType, shape: shape, elements: .integer(elements))
    case (.double, _), (_, .double):
      combined = try combinedFloats(op, b, Double.self)
    default:
      combined = try combinedFloats(op, b, Float.self)
    }
    return [combined]
  }

  private mutating func combinedFloats<Operator: BinaryOperator, E: KernelFloat>(
    _ op: Operator, _ second: RuntimeTensor, _: E.Type
  ) throws -> RuntimeTensor {
    let (shape, type) = (try input(0).shape, try input(0).dataType)
    let target = try Broadcast.shape([shape, second.shape])
    _ = try count(of: target)
    let b = try Self.floatElements(of: second, as: E.self)
    guard target == shape else {
      let elements = try broadcast(floats(0, as: E.self), shape, b, second.shape) { op($0, $1) }
      return RuntimeTensor(dataType: type, shape: target, elements: E.wrap(elements))
    }
    return RuntimeTensor(
      dataType: type, shape: shape,
      elements: E.wrap(try combinedInPlace(op, b, second.shape, shape, E.self)))
  }

  /// The first input has the result's shape: change it where it lies.
  private mutating func combinedInPlace<Operator: BinaryOperator, E: KernelFloat>(
    _ op: Operator, _ b: [E], _ shapeB: [Int], _ shape: [Int], _: E.Type
  ) throws -> [E] {
    let broadcast = try Broadcast([shape, shapeB])
    var elements = try takeFloats(0, as: E.self)
    unsafe elements.withUnsafeMutableBufferPointer { x in
      unsafe b.withUnsafeBufferPointer { y in
        broadcast.forEachRun { run in
          let (output, other) = (run.output, run.first.1)
          if run.step.1 == 0 {
            let constant = unsafe y[other]
            for index in 0..<run.count {
              unsafe x[output + index] = op(x[output + index], constant)
            }
          } else {
            for index in 0..<run.count {
              unsafe x[output + index] = op(x[output + index], y[other + index])
            }
          }
        }
      }
    }
    return elements
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
