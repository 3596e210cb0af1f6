internal import ByteStore
internal import GraphEvaluation
internal import ModelCalibration
internal import ModelFormats
internal import ModelIR

/// Samples that feed one input of a model.
struct BoundInput: Sendable {
  let input: ValueID
  let source: any SampleSource
  /// Extents of one sample as the model takes it.
  private let shape: [Int]
  private let type: DataType
  private let pixels: PixelScaling?
  /// How many samples the model insists on at once; nil where it takes any number.
  let fixedBatch: Int?

  /// Holds samples against an input.
  ///
  /// Samples of another shape with as many elements are taken in the input's where that is known
  /// ([28, 28] for [1, 28, 28] or [784]). Floats are rounded to the input's type; bytes for an
  /// input of floats are pixels and scaled.
  /// Errors: `PipelineError` for what does not fit.
  init(
    _ input: ValueID, _ source: any SampleSource, in model: Model, scaling: PixelScaling
  ) throws {
    let value = model[input]
    let name = value.name.printable()
    func failure(_ text: String) -> PipelineError {
      PipelineError(.badInput, "\(source.name): \(text) for the input \"\(name)\"")
    }
    self.input = input
    self.source = source
    type = value.type?.dataType ?? source.dataType
    let dimensions = value.type?.dimensions
    fixedBatch = dimensions?.first?.value
    guard let rest = dimensions?.dropFirst(), dimensions?.isEmpty == false else {
      guard dimensions == nil else { throw failure("samples") }
      shape = source.shape
      pixels = try Self.pixels(source, type, source.shape, scaling, failure)
      return
    }
    let fits =
      rest.count == source.shape.count
      && zip(rest, source.shape).allSatisfy { $0.value == nil || $0.value == $1 }
    if fits {
      shape = source.shape
    } else {
      let known = rest.compactMap(\.value)
      guard known.count == rest.count,
        let count = CheckedArithmetic.product(known),
        count == CheckedArithmetic.product(source.shape)
      else {
        let extents = rest.map { $0.value.map { "\($0)" } ?? "?" }.joined(separator: ", ")
        throw failure("samples of \(source.shape) cannot be taken; [\(extents)] is expected")
      }
      shape = known
    }
    pixels = try Self.pixels(source, type, shape, scaling, failure)
  }

  private static func pixels(
    _ source: any SampleSource, _ type: DataType, _ shape: [Int], _ scaling: PixelScaling,
    _ failure: (String) -> PipelineError
  ) throws -> PixelScaling? {
    if source.dataType == type { return nil }
    guard type.unitRoundoff != nil else {
      throw failure("\(source.dataType.name) cannot be taken as \(type.name)")
    }
    if source.dataType.unitRoundoff != nil { return nil }
    guard source.dataType == .uint8 else {
      throw failure("\(source.dataType.name) is neither a float nor a byte, as is needed")
    }
    guard scaling.fits(shape) else {
      throw failure(
        "--mean and --std have \(scaling.mean.count) and \(scaling.deviation.count) numbers, and "
          + "samples of \(shape) have other channels, or --layout has to say where they are")
    }
    return scaling
  }

  /// A mini-batch.
  ///
  /// A float beyond the input's type becomes infinite.
  /// Errors: those of the source.
  func batch(_ range: Range<Int>) throws -> RuntimeTensor {
    var elements = try source.elements(range)
    let extents = [range.count] + shape
    guard elements.count == CheckedArithmetic.product(extents) else {
      throw PipelineError.bug("\(source.name) gave \(elements.count) elements for \(extents)")
    }
    if let pixels {
      let bytes = RuntimeTensor(dataType: source.dataType, shape: extents, elements: elements)
      elements = .double(pixels.scaled(bytes.doubles(), shape: shape))
    }
    let held = RuntimeTensor(dataType: holder(of: elements), shape: extents, elements: elements)
    guard held.dataType != type else { return held }
    return try RuntimeTensor(
      RuntimeTensor(dataType: type, shape: extents, elements: .double(held.doubles())).tensor(),
      precision: .stored)
  }

  /// The type that elements have as they come.
  private func holder(of elements: RuntimeElements) -> DataType {
    if case .double = elements, source.dataType.unitRoundoff == nil { return .float64 }
    return source.dataType
  }
}
