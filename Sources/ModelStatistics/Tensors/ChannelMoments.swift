/// Mean and variance by channel of values that pass by, in any number of batches.
public struct ChannelMoments: Sendable, Hashable {
  /// By channel.
  public private(set) var channels: [Moments] = []

  /// Nothing has passed yet.
  public init() {}

  /// Adds a value [N, C, …] in row-major order; extents that do not fit are left out.
  public mutating func add(_ elements: [Double], shape: [Int]) {
    guard let batch = Self.channels(of: elements, shape: shape) else { return }
    if channels.isEmpty { channels = Array(repeating: Moments(), count: batch.count) }
    guard channels.count == batch.count else { return }
    for (channel, moments) in batch.enumerated() { channels[channel].add(moments) }
  }

  /// The moments by channel of one value [N, C, …] in row-major order, each summed around its own
  /// mean over N and all further axes; nil where extents do not fit.
  public static func channels(of elements: [Double], shape: [Int]) -> [Moments]? {
    guard shape.count >= 2, shape[1] > 0, elements.count == shape.reduce(1, &*) else { return nil }
    let length = shape[2...].reduce(1, &*)
    guard length > 0 else { return nil }
    return (0..<shape[1]).map { channel in
      Moments(
        of: elements,
        runs: stride(from: channel * length, to: elements.count, by: shape[1] * length),
        length: length)
    }
  }
}
