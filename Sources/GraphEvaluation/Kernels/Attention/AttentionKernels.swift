internal import ModelIR

/// Attention and RotaryEmbedding.
///
///     Y = softmax(softcap(scale · Q·Kᵀ + bias)) · V, for each batch and head
///
/// Source: ONNX operators Attention-23/24, RotaryEmbedding-23.
enum AttentionKernels {
  static let table: [KernelEntry] = [
    KernelEntry("Attention") {
      try $0.inDouble ? attention($0, Double.self) : attention($0, Float.self)
    },
    KernelEntry("RotaryEmbedding") {
      try $0.inDouble ? rotate($0, Double.self) : rotate($0, Float.self)
    },
  ]

  private static func attention<E: KernelFloat>(
    _ context: KernelContext, _: E.Type
  ) throws -> [RuntimeTensor?] {
    let q = try AttentionHeads<E>(context, input: 0, heads: context.int("q_num_heads"))
    let kv = try context.int("kv_num_heads")
    let k = try AttentionHeads<E>(context, input: 1, heads: kv).appending(to: context, past: 4)
    let v = try AttentionHeads<E>(context, input: 2, heads: kv).appending(to: context, past: 5)
    guard k.heads > 0, q.heads % k.heads == 0, v.heads == k.heads, q.size == k.size,
      k.length == v.length, q.batch == k.batch, v.batch == k.batch
    else { throw EvaluationError.Problem.badInput("heads of Q, K and V do not fit") }
    let bias = try AttentionBias<E>(
      context, batch: q.batch, heads: q.heads, queries: q.length, keys: k.length,
      past: context.optionalInput(4)?.shape[2] ?? 0)
    let scale = E(try context.float("scale") ?? 1 / Double(q.size).squareRoot())
    let cap = E(try context.float("softcap", default: 0))
    let mode = try context.int("qk_matmul_output_mode", default: 0)
    let stated = try context.int("softmax_precision").flatMap { Int32(exactly: $0) }
    let softmaxType = try stated.flatMap { DataType(rawValue: $0) } ?? context.input(0).dataType
    let scoreCount = try context.count(of: [q.batch, q.heads, q.length, k.length])
    var scores = [E](repeating: 0, count: scoreCount)
    var output = [E](
      repeating: 0, count: try context.count(of: [q.batch, q.heads, q.length, v.size]))
    var row = [E](repeating: 0, count: k.length)
    for batch in 0..<q.batch {
      for head in 0..<q.heads {
        let shared = head / (q.heads / k.heads)
        for query in 0..<q.length {
          let place = ((batch * q.heads + head) * q.length + query) * k.length
          let from = q.offset(batch, head, query)
          for key in 0..<k.length {
            let other = k.offset(batch, shared, key)
            var sum: E = 0
            for index in 0..<q.size { sum += q.elements[from + index] * k.elements[other + index] }
            let product = sum * scale
            let biased = product + bias.value(batch, head, query, key)
            let capped = cap > 0 ? E.tanh(biased / cap) * cap : biased
            row[key] = capped
            scores[place + key] = mode == 0 ? product : mode == 1 ? biased : capped
          }
          softmax(&row, softmaxType)
          if mode == 3 { for key in 0..<k.length { scores[place + key] = row[key] } }
          let target = ((batch * q.heads + head) * q.length + query) * v.size
          for key in 0..<k.length where row[key] != 0 {
            let source = v.offset(batch, shared, key)
            for index in 0..<v.size {
              output[target + index] += row[key] * v.elements[source + index]
            }
          }
        }
      }
    }
    let type = try context.input(0).dataType
    func made(_ heads: AttentionHeads<E>) throws -> RuntimeTensor? {
      try context.result(heads.shape, heads.elements, type)[0]
    }
    let y = AttentionHeads(
      batch: q.batch, heads: q.heads, length: q.length, size: v.size, elements: output)
    return [
      try context.result(
        q.isMerged ? [q.batch, q.length, q.heads * v.size] : y.shape,
        q.isMerged ? y.merged() : output, type)[0],
      try made(k), try made(v),
      try context.result([q.batch, q.heads, q.length, k.length], scores, type)[0],
    ]
  }

  /// In Double where the standard's attribute asks for it; otherwise in E.
  private static func softmax<E: KernelFloat>(_ row: inout [E], _ type: DataType) {
    if type == .float64, E.self != Double.self {
      var wide = row.map { Double($0) }
      softmax(&wide, type)
      row = wide.map { E($0) }
      return
    }
    let top = row.max() ?? 0
    var total: E = 0
    for index in row.indices {
      row[index] = E.exp(row[index] - top)
      total += row[index]
    }
    for index in row.indices { row[index] /= total }
  }

  /// Pairs (x₁, x₂) of each head turn by an angle: (x₁·cos − x₂·sin, x₁·sin + x₂·cos); a pair is
  /// two neighbours (interleaved) or the same place in both halves.
  private static func rotate<E: KernelFloat>(
    _ context: KernelContext, _: E.Type
  ) throws -> [RuntimeTensor?] {
    let x = try context.input(0)
    let heads = try AttentionHeads<E>(context, input: 0, heads: context.int("num_heads"))
    let given = try context.int("rotary_embedding_dim", default: 0)
    let width = given == 0 ? heads.size : given
    let interleaved = try context.flag("interleaved")
    let half = width / 2
    let (cosines, sines) = (
      try context.floats(1, as: E.self), try context.floats(2, as: E.self)
    )
    let positions = try context.optionalInput(3) == nil ? nil : context.integers(3)
    let rows = half > 0 ? cosines.count / half : 0
    guard width > 0, width <= heads.size, width % 2 == 0, cosines.count == sines.count,
      try context.input(1).shape.last == half,
      positions.map({ $0.count == heads.batch * heads.length })
        ?? (rows == heads.batch * heads.length)
    else { throw EvaluationError.Problem.badInput("caches do not fit \(x.shape)") }
    var result = heads
    for batch in 0..<heads.batch {
      for step in 0..<heads.length {
        let entry = batch * heads.length + step
        let row = try positions.map { try GatherKernels.place($0[entry], in: rows) } ?? entry
        for head in 0..<heads.heads {
          let first = heads.offset(batch, head, step)
          for pair in 0..<half {
            let (one, two) =
              interleaved
              ? (first + 2 * pair, first + 2 * pair + 1) : (first + pair, first + half + pair)
            let (c, s) = (cosines[row * half + pair], sines[row * half + pair])
            let (a, b) = (heads.elements[one], heads.elements[two])
            result.elements[one] = c * a - s * b
            result.elements[two] = s * a + c * b
          }
        }
      }
    }
    return try context.result(x.shape, heads.isMerged ? result.merged() : result.elements)
  }
}
