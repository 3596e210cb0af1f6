internal import ModelIR

/// Windows and Fourier transforms.
enum SignalShapes {
  static let rules: [String: ShapeRule] = [
    "BlackmanWindow": window, "HammingWindow": window, "HannWindow": window,
    "MelWeightMatrix": melWeights, "DFT": fourier, "STFT": shortFourier,
  ]

  private static func window(_ context: NodeShapes) throws {
    context.set(
      type: try context.dataType("output_datatype") ?? .float32,
      [context.numbers(0)?.first ?? .unknown])
  }

  private static func melWeights(_ context: NodeShapes) throws {
    let bins = context.numbers(0)?.first ?? .unknown
    let length = context.integers(1)?.first.map { Dimension.known($0 / 2) } ?? .unknown
    context.set(
      type: try context.dataType("output_datatype") ?? .float32,
      [length + .known(1), bins])
  }

  private static func fourier(_ context: NodeShapes) throws {
    guard var output = context.shape(0), output.count >= 2 else {
      context.set(type: context.type(0), nil)
      return
    }
    let rank = output.count
    // The axis became an input with opset 20.
    let stated: Int?
    if context.opset >= 20 {
      stated = context.has(2) ? context.integers(2)?.first : -2
    } else {
      stated = try context.node.int("axis", or: 1)
    }
    output[rank - 1] = .known(2)
    guard let stated else {
      context.set(type: context.type(0), UnknownShape.ofRank(rank))
      return
    }
    let axis = try context.axis(stated, rank: rank)
    if context.has(1) { output[axis] = context.numbers(1)?.first ?? .unknown }
    if try context.node.flag("onesided") {
      if try context.node.flag("inverse") {
        context.set(type: context.type(0), UnknownShape.ofRank(rank))
        return
      }
      output[axis] = output[axis] / .known(2) + .known(1)
      if output[axis].value == nil { output[axis] = .unknown }
    }
    context.set(type: context.type(0), output)
  }

  private static func shortFourier(_ context: NodeShapes) throws {
    guard let signal = context.shape(0), signal.count >= 2 else { return }
    let step = context.integers(1)?.first
    let frame = context.integers(3)?.first ?? context.shape(2)?.first?.value
    var frames = Dimension.unknown
    var bins = Dimension.unknown
    if let frame, frame > 0 {
      let oneSided = try context.node.flag("onesided", or: true)
      bins = .known(oneSided ? frame / 2 + 1 : frame)
      if let length = signal[1].value, let step, step > 0, length >= frame {
        frames = .known((length - frame) / step + 1)
      }
    }
    context.set(type: context.type(0), [signal[0], frames, bins, .known(2)])
  }
}
