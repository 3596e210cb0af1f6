public import GraphEvaluation

/// What becomes of the bytes of pixels: x = (byte · scale − mean) / deviation, by channel.
public struct PixelScaling: Sendable, Hashable {
  /// Where channels stand in a sample.
  public enum Layout: String, Sendable, Hashable, CaseIterable {
    /// [channels, height, width]
    case nchw = "NCHW"
    /// [height, width, channels]
    case nhwc = "NHWC"
  }

  /// What a byte is multiplied with first: 1/255 makes 0 to 1.
  public var scale = 1.0 / 255
  /// What is subtracted then: one number, or one for each channel.
  public var mean: [Double] = [0]
  /// What it is divided by in the end: one number, or one for each channel.
  public var deviation: [Double] = [1]
  /// Where channels stand.
  public var layout = Layout.nchw

  /// Bytes become 0 to 1.
  public init() {}

  /// All settings in a line.
  public var facts: String { "pixels \(scale) \(mean) \(deviation) \(layout.rawValue)" }

  /// Whether there are numbers for the channels of a sample of this shape.
  public func fits(_ shape: [Int]) -> Bool {
    let channels = Self.channels(of: shape, layout)
    return [mean.count, deviation.count].allSatisfy { $0 == 1 || $0 == channels.count }
  }

  /// The numbers that bytes of samples of this shape stand for.
  ///
  /// In Double; the type of the model's input rounds them once.
  public func scaled(_ elements: RuntimeElements, shape: [Int]) -> [Double] {
    guard case .integer(let bytes) = elements else { return [] }
    let (count, inner) = Self.channels(of: shape, layout)
    return bytes.enumerated().map { position, byte in
      let channel = position / inner % count
      let center = mean[mean.count == 1 ? 0 : channel]
      return (Double(byte) * scale - center) / deviation[deviation.count == 1 ? 0 : channel]
    }
  }

  /// How many channels there are, and how many elements lie between neighbours.
  private static func channels(of shape: [Int], _ layout: Layout) -> (count: Int, inner: Int) {
    guard shape.count == 3 else { return (1, 1) }
    return layout == .nhwc
      ? (max(1, shape[2]), 1) : (max(1, shape[0]), max(1, shape[1] * shape[2]))
  }
}
