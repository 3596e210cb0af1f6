internal import ModelIR

/// From numbers to few-bit ones and back.
///
///     quantized = saturate(round(x ÷ scale) + zero point)      (round half to even)
///     x = (quantized − zero point) · scale
///
/// Source: ONNX operators QuantizeLinear-10…24, DequantizeLinear-10…24, DynamicQuantizeLinear-11.
enum QuantizationKernels {
  static let table: [KernelEntry] = [
    KernelEntry("QuantizeLinear") { try quantize($0) },
    KernelEntry("DequantizeLinear") { try dequantize($0) },
    KernelEntry("DynamicQuantizeLinear") { try quantizeDynamically($0) },
  ]

  private static func dataType(_ context: KernelContext, _ name: String) throws -> DataType? {
    guard let code = try context.int(name), code != 0 else { return nil }
    guard let number = Int32(exactly: code), let type = DataType(rawValue: number) else {
      throw EvaluationError.Problem.badInput("attribute \"\(name)\" is no data type")
    }
    return type
  }

  private static func quantize(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let (x, scale) = (try context.input(0), try context.input(1))
    let zero = context.optionalInput(2)
    let type = try zero?.dataType ?? dataType(context, "output_dtype") ?? .uint8
    let grid = try QuantizationGrid(context, of: x, scale: scale)
    guard zero.map({ $0.count == scale.count }) ?? true else {
      throw EvaluationError.Problem.badInput("scale and zero point of different shapes")
    }
    let scales = scale.doubles()
    // Quotients in the precision in which a runtime computes them.
    let single =
      try dataType(context, "precision") != .float64
      && (Float.elements(of: x.elements) != nil || x.isInteger && !context.holdsDouble(1))
    let numbers = x.doubles()
    let quotients = numbers.indices.map { index -> Double in
      let divisor = scales[grid.entry(index)]
      return single
        ? Double(Float(numbers[index]) / Float(divisor)) : numbers[index] / divisor
    }
    if SmallFloat(type) != nil {
      let saturating = try context.flag("saturate", default: true) || type == .float4E2M1
      let rounded = quotients.map {
        SmallFloat.rounded(Float($0), to: type, saturating: saturating)
      }
      return [
        RuntimeTensor(
          dataType: type, shape: x.shape,
          elements: context.precision == .double
            ? .double(rounded.map(Double.init)) : .float(rounded))
      ]
    }
    let zeros = zero?.integers
    let bounds = IntegerRange.bounds(of: type)
    let quantized = quotients.indices.map { index -> Int64 in
      let rounded = Int64(clamping: quotients[index].rounded(.toNearestOrEven))
      let offset = zeros.map { $0[grid.entry(index)] } ?? 0
      let (sum, overflow) = rounded.addingReportingOverflow(offset)
      let shifted = overflow ? rounded : sum
      return min(max(shifted, bounds.lowerBound), bounds.upperBound)
    }
    return [RuntimeTensor(quantized, shape: x.shape, dataType: type)]
  }

  private static func dequantize(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let (x, scale) = (try context.input(0), try context.input(1))
    let grid = try QuantizationGrid(context, of: x, scale: scale)
    let zeros = context.optionalInput(2)?.doubles()
    guard zeros.map({ $0.count == scale.count }) ?? true else {
      throw EvaluationError.Problem.badInput("scale and zero point of different shapes")
    }
    let scales = scale.doubles()
    let type = try dataType(context, "output_dtype") ?? scale.dataType
    let numbers = x.doubles()
    let results = numbers.indices.map { index -> Double in
      let entry = grid.entry(index)
      return (numbers[index] - (zeros?[entry] ?? 0)) * scales[entry]
    }
    return [
      RuntimeTensor(
        dataType: type, shape: x.shape,
        elements: context.precision.holdsInDouble(type)
          ? .double(results) : .float(results.map { Float($0) }))
    ]
  }

  /// To uint8 by the range of the data, which is widened to hold 0.
  private static func quantizeDynamically(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let x = try context.input(0)
    let numbers = x.doubles().map { Float($0) }
    let low = min(0, numbers.min() ?? 0)
    let high = max(0, numbers.max() ?? 0)
    let scale = (high - low) / 255
    func steps(_ value: Float) -> Int64 {
      scale == 0 ? 0 : Int64(clamping: Double((value / scale).rounded(.toNearestOrEven)))
    }
    func saturated(_ value: Int64) -> Int64 { min(max(value, 0), 255) }
    let zero = saturated(steps(-low))
    let quantized = numbers.map { saturated(steps($0) &+ zero) }
    return [
      RuntimeTensor(quantized, shape: x.shape, dataType: .uint8),
      RuntimeTensor(
        dataType: .float32, shape: [],
        elements: context.precision == .double ? .double([Double(scale)]) : .float([scale])),
      RuntimeTensor([zero], shape: [], dataType: .uint8),
    ]
  }
}
