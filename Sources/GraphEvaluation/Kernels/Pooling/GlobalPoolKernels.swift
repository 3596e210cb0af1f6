/// GlobalAveragePool, GlobalMaxPool and GlobalLpPool (onnx, Operators.md).
///
/// One number for each plane of [N, C, spatial…]. Sums accumulate in Double.
enum GlobalPoolKernels {
  static let table: [KernelEntry] = [
    KernelEntry("GlobalAveragePool") {
      try $0.inDouble ? average($0, Double.self) : average($0, Float.self)
    },
    KernelEntry("GlobalMaxPool") {
      try $0.inDouble ? maximum($0, Double.self) : maximum($0, Float.self)
    },
    KernelEntry("GlobalLpPool") {
      try $0.inDouble ? power($0, Double.self) : power($0, Float.self)
    },
  ]

  private static func perPlane<E: KernelFloat>(
    _ context: KernelContext, _: E.Type, _ reduce: (ArraySlice<E>) -> E
  ) throws -> [RuntimeTensor?] {
    let shape = try context.input(0).shape
    guard shape.count >= 2 else { throw EvaluationError.Problem.badInput("input \(shape)") }
    let x = try context.floats(0, as: E.self)
    let planes = shape[0] * shape[1]
    let size = shape[2...].reduce(1, *)
    let result: [E] = unsafe ElementArray.make(planes) { output in
      Parallel.forEachRange(
        planes, threads: context.threads, grain: max(1, 65536 / max(1, size))
      ) { range in
        for plane in range {
          unsafe output[plane] = reduce(x[(plane * size)..<((plane + 1) * size)])
        }
      }
    }
    return try context.result(
      Array(shape[..<2]) + Array(repeating: 1, count: shape.count - 2), result)
  }

  private static func average<E: KernelFloat>(
    _ context: KernelContext, _: E.Type
  ) throws -> [RuntimeTensor?] {
    try perPlane(context, E.self) { plane in
      let sum = unsafe plane.withUnsafeBufferPointer { plane in
        unsafe plane.baseAddress.map { unsafe E.sum($0, plane.count) } ?? 0
      }
      return E(sum / Double(plane.count))
    }
  }

  private static func maximum<E: KernelFloat>(
    _ context: KernelContext, _: E.Type
  ) throws -> [RuntimeTensor?] {
    try perPlane(context, E.self) { plane in plane.reduce(E.lowest) { $1 > $0 ? $1 : $0 } }
  }

  private static func power<E: KernelFloat>(
    _ context: KernelContext, _: E.Type
  ) throws -> [RuntimeTensor?] {
    let p = try context.float("p", default: 2)
    return try perPlane(context, E.self) { plane in
      var sum = 0.0
      for element in plane { sum += Double.pow(Double(element).magnitude, p) }
      return E(Double.pow(sum, 1 / p))
    }
  }
}
