internal import ModelIR

/// Cast and CastLike between numbers, bool and the small types.
///
/// Floats become whole numbers by truncation (beyond the range the standard leaves the result
/// open; here the range's end, wrapped to the type); NaN becomes 0. Whole numbers wrap.
/// Source: ONNX operators Cast-1…24, CastLike-15…24.
enum CastKernels {
  static let table: [KernelEntry] = [
    KernelEntry("Cast") { [try cast($0, to: target($0))] },
    KernelEntry("CastLike") { [try cast($0, to: $0.input(1).dataType)] },
  ]

  /// Version 1 names the type ("FLOAT"), later ones give its number.
  private static func target(_ context: KernelContext) throws -> DataType {
    let type =
      try context.opset < 6
      ? context.text("to").flatMap { name in
        DataType.allCases.first { $0.name.uppercased() == (names[name] ?? name) }
      } : context.int("to").flatMap { Int32(exactly: $0) }.flatMap { DataType(rawValue: $0) }
    guard let type else {
      throw EvaluationError.Problem.badInput("attribute \"to\" is no data type")
    }
    return type
  }

  /// The old names that differ from ours.
  private static let names = ["FLOAT": "FLOAT32", "DOUBLE": "FLOAT64"]

  private static func cast(_ context: KernelContext, to type: DataType) throws -> RuntimeTensor {
    let input = try context.input(0)
    let saturating = try context.flag("saturate", default: true)
    let mode = try context.text("round_mode", default: "up")
    guard let scales = SmallFloat.ScaleRounding(rawValue: mode) else {
      throw EvaluationError.Problem.badInput("round_mode \"\(mode)\"")
    }
    guard type != input.dataType else { return input }
    return try cast(
      input, to: type, saturating: saturating, scales: scales, context.precision)
  }

  /// `input` as another type, held as `precision` says.
  static func cast(
    _ input: RuntimeTensor, to type: DataType, saturating: Bool,
    scales: SmallFloat.ScaleRounding = .up, _ precision: EvaluationPrecision
  ) throws -> RuntimeTensor {
    let shape = input.shape
    switch type {
    case .string, .complex64, .complex128:
      throw EvaluationError.Problem.unsupported("a cast to \(type.name)")
    case .float32, .float64, .float16, .bfloat16:
      return RuntimeTensor(
        dataType: type, shape: shape, elements: floats(input, precision.holdsInDouble(type)))
    case .float8E4M3FN, .float8E4M3FNUZ, .float8E5M2, .float8E5M2FNUZ, .float8E8M0, .float4E2M1:
      // These types exist for their rounding, so it happens in the reference too.
      let rounded = singles(input).map {
        SmallFloat.rounded(
          $0, to: type, saturating: saturating || type == .float4E2M1, scales: scales)
      }
      return RuntimeTensor(
        dataType: type, shape: shape,
        elements: precision == .double ? .double(rounded.map(Double.init)) : .float(rounded))
    case .bool:
      let truths: [Int64] =
        switch input.elements {
        case .float(let elements): elements.map { $0 != 0 ? 1 : 0 }
        case .double(let elements): elements.map { $0 != 0 ? 1 : 0 }
        case .integer(let elements): elements.map { $0 != 0 ? 1 : 0 }
        }
      return RuntimeTensor(truths, shape: shape, dataType: .bool)
    default:
      return RuntimeTensor(
        dataType: type, shape: shape, elements: .integer(integers(input, type)))
    }
  }

  private static func floats(_ input: RuntimeTensor, _ inDouble: Bool) -> RuntimeElements {
    if inDouble { return .double(input.doubles()) }
    return .float(singles(input))
  }

  private static func singles(_ input: RuntimeTensor) -> [Float] {
    switch input.elements {
    case .float(let elements): elements
    case .double(let elements): elements.map { Float($0) }
    case .integer(let elements):
      input.dataType == .uint64
        ? elements.map { Float(UInt64(bitPattern: $0)) } : elements.map { Float($0) }
    }
  }

  private static func integers(_ input: RuntimeTensor, _ type: DataType) -> [Int64] {
    if case .integer(let elements) = input.elements { return elements }
    if type == .uint64 {
      return input.doubles().map { value in
        if let exact = UInt64(exactly: value.rounded(.towardZero)) {
          return Int64(bitPattern: exact)
        }
        return Int64(clamping: value)
      }
    }
    return input.doubles().map { Int64(clamping: $0) }
  }
}
