/// Mean and variance by channel of values that pass by, in any number of batches.
public struct ChannelMoments: Sendable, Hashable {
  /// By channel.
  public private(set) var channels: [Moments] = []

  /// Nothing has passed yet.
  public init() {}

  /// Adds a value [N, C, …] in row-major order; extents that do not fit are left out.
  public mutating func add(_ elements: [Double], shape: [Int]) {
    guard shape.count >= 2, shape[1] > 0, elements.count == shape.reduce(1, &*) else { return }
    if channels.isEmpty { channels = Array(repeating: Moments(), count: shape[1]) }
    guard channels.count == shape[1] else { return }
    let length = shape[2...].reduce(1, &*)
    guard length > 0 else { return }
    for (run, start) in stride(from: 0, to: elements.count, by: length).enumerated() {
      channels[run % shape[1]].add(Moments(elements[start..<(start + length)]))
    }
  }
}
