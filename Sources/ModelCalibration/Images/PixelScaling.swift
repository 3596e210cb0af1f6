/// What becomes of the bytes of pixels: x = (byte · scale − mean) / deviation, by channel.
public struct PixelScaling: Sendable, Hashable {
  /// Where channels stand in a sample.
  public enum Layout: String, Sendable, Hashable, CaseIterable {
    /// [channels, height, width]
    case nchw = "NCHW"
    /// [height, width, channels]
    case nhwc = "NHWC"

    /// The layout of samples of some extents, nil where one is not known: the one in which there are
    /// 1 or 3 channels, if that is one alone.
    public init?(_ extents: [Int?]) {
      guard extents.count == 3 else { return nil }
      func isChannels(_ extent: Int?) -> Bool { extent == 1 || extent == 3 }
      switch (isChannels(extents[0]), isChannels(extents[2])) {
      case (true, false): self = .nchw
      case (false, true): self = .nhwc
      default: return nil
      }
    }
  }

  /// What a byte is multiplied with first: 1/255 makes 0 to 1.
  public var scale = 1.0 / 255
  /// What is subtracted then: one number, or one for each channel.
  public var mean: [Double] = [0]
  /// What it is divided by in the end: one number, or one for each channel.
  public var deviation: [Double] = [1]
  /// Where channels stand; nil: where samples have 1 or 3 of them.
  public var layout: Layout?

  /// Bytes become 0 to 1.
  public init() {}

  /// All settings in a line.
  public var facts: String {
    "pixels \(scale) \(mean) \(deviation) \(layout?.rawValue ?? "auto")"
  }

  /// Whether there are numbers for the channels of a sample of this shape, and it is known where
  /// these stand.
  public func fits(_ shape: [Int]) -> Bool {
    if mean.count == 1, deviation.count == 1 { return true }
    guard let (count, _) = channels(of: shape) else { return false }
    return [mean.count, deviation.count].allSatisfy { $0 == 1 || $0 == count }
  }

  /// What bytes of samples of a shape that fits stand for.
  ///
  /// In Double; the type of the model's input rounds them once.
  public func scaled(_ numbers: [Double], shape: [Int]) -> [Double] {
    let (count, inner) = channels(of: shape) ?? (1, 1)
    return numbers.enumerated().map { position, number in
      let channel = position / inner % count
      let center = mean[mean.count == 1 ? 0 : channel]
      return (number * scale - center) / deviation[deviation.count == 1 ? 0 : channel]
    }
  }

  /// How many channels there are, and how many elements lie between neighbours.
  private func channels(of shape: [Int]) -> (count: Int, inner: Int)? {
    guard shape.count == 3 else { return shape.count < 3 ? (1, 1) : nil }
    switch layout ?? Layout(shape) {
    case .nchw?: return (max(1, shape[0]), max(1, shape[1] * shape[2]))
    case .nhwc?: return (max(1, shape[2]), 1)
    case nil: return nil
    }
  }
}
