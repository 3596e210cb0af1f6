internal import CVectorLoops
public import ModelIR

extension RuntimeTensor {
  /// The elements of a stored or computed tensor, held as the precision says.
  ///
  /// Errors: `TensorError`, `FileAccessError`; strings and complex numbers have no runtime form
  /// (`EvaluationError.Problem.unsupported`).
  public init(_ tensor: Tensor, precision: EvaluationPrecision) throws {
    let elements: RuntimeElements
    switch tensor.dataType {
    case .string, .complex64, .complex128:
      throw EvaluationError.Problem.unsupported("type \(tensor.dataType.name)")
    case .float32, .float64, .float16, .bfloat16:
      elements =
        precision.holdsInDouble(tensor.dataType)
        ? .double(try tensor.doubles()) : .float(try tensor.floats())
    case .float8E4M3FN, .float8E4M3FNUZ, .float8E5M2, .float8E5M2FNUZ, .float8E8M0, .float4E2M1:
      let floats = try SmallFloat.decode(
        try tensor.loadBytes(), of: tensor.dataType, count: tensor.shape.elementCount)
      elements = precision == .double ? .double(floats.map(Double.init)) : .float(floats)
    case .bool, .int2, .int4, .int8, .int16, .int32, .int64, .uint2, .uint4, .uint8, .uint16,
      .uint32, .uint64:
      elements = .integer(try tensor.int64s())
    }
    self.init(
      dataType: tensor.dataType, shape: tensor.shape.dimensions, elements: elements)
  }

  /// The same value as a tensor in memory, rounded to its type.
  public func tensor() throws -> Tensor {
    guard let shape = TensorShape(shape),
      let tensor = Tensor(dataType: dataType, shape: shape, bytes: try bytes())
    else { throw EvaluationError.Problem.limit("shape \(shape) has too many elements") }
    return tensor
  }

  /// The elements little-endian in their type; sub-byte types packed, low bits first.
  private func bytes() throws -> [UInt8] {
    switch (dataType, elements) {
    case (.float32, .float(let floats)): Self.bytes(of: floats)
    case (.float32, .double(let doubles)): Self.bytes(of: doubles.map { Float($0) })
    case (.float64, .double(let doubles)): Self.bytes(of: doubles)
    case (.float64, .float(let floats)): Self.bytes(of: floats.map(Double.init))
    case (.float16, _), (.bfloat16, _): Self.bytes(of: halves())
    case (_, .integer(let integers)): Self.bytes(of: integers, dataType)
    case (_, .float(let floats)): try SmallFloat.encode(floats, as: dataType)
    case (_, .double(let doubles)): try SmallFloat.encode(doubles.map { Float($0) }, as: dataType)
    }
  }

  private static func bytes<Element: BitwiseCopyable>(of elements: [Element]) -> [UInt8] {
    unsafe elements.withUnsafeBytes { unsafe [UInt8]($0) }
  }

  private static func bytes(of integers: [Int64], _ type: DataType) -> [UInt8] {
    let bits = type.bitWidth
    guard bits < 8 else {
      return integers.flatMap { integer in
        (0..<(bits / 8)).map { UInt8(truncatingIfNeeded: integer >> Int64(8 * $0)) }
      }
    }
    var packed = [UInt8](repeating: 0, count: (integers.count * bits + 7) / 8)
    let mask = UInt8(1 << bits - 1)
    for (index, integer) in integers.enumerated() {
      let position = index * bits
      packed[position / 8] |= (UInt8(truncatingIfNeeded: integer) & mask) << UInt8(position % 8)
    }
    return packed
  }

  private func halves() -> [UInt16] {
    let doubles = doubles()
    var result = [UInt16](repeating: 0, count: doubles.count)
    unsafe doubles.withUnsafeBufferPointer { input in
      unsafe result.withUnsafeMutableBufferPointer { output in
        guard let from = input.baseAddress, let to = output.baseAddress else { return }
        if dataType == .float16 {
          unsafe bnfold_double_to_half(from, to, input.count)
        } else {
          unsafe bnfold_double_to_bfloat16(from, to, input.count)
        }
      }
    }
    return result
  }
}
