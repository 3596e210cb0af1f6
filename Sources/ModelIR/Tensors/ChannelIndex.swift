/// Which channel an element of a weight belongs to, from its coordinates i:
/// `channel = (i[group.axis] / group.size) · group.channels + i[memberAxis]`, without the first
/// term where there is no group.
///
/// Examples: Conv's output channel is axis 0; its input channel is member axis 1 in groups of
/// O/g rows with C/g channels each; ConvTranspose's output channel is member axis 1 in groups of
/// C/g rows with M/g channels each.
public struct ChannelIndex: Sendable, Hashable {
  /// Rows that share a block of channels.
  public struct Group: Sendable, Hashable {
    /// The axis whose blocks are groups.
    public var axis: Int
    /// Indices of `axis` in one group; at least 1.
    public var size: Int
    /// Channels of one group.
    public var channels: Int

    /// Groups of `size` indices along `axis`, each owning `channels` channels.
    public init(axis: Int, size: Int, channels: Int) {
      self.axis = axis
      self.size = max(1, size)
      self.channels = channels
    }
  }

  /// The axis that counts channels inside a group; −1 where one channel has every element.
  public var memberAxis: Int
  /// Nil where every row shares the same channels.
  public var group: Group?

  /// Makes an index from its parts.
  public init(memberAxis: Int, group: Group? = nil) {
    self.memberAxis = memberAxis
    // One group that spans everything is no group.
    self.group = group
  }

  /// The channel is the coordinate along `axis`.
  public static func axis(_ axis: Int) -> ChannelIndex { ChannelIndex(memberAxis: axis) }

  /// One channel for every element, of a tensor without axes too.
  public static let uniform = ChannelIndex(memberAxis: -1)

  /// The axes whose coordinates decide the channel.
  public var axes: [Int] {
    if memberAxis < 0 { return [] }
    return group.map { [$0.axis, memberAxis] } ?? [memberAxis]
  }

  /// The channel of the element at `coordinates`.
  public func channel(at coordinates: [Int]) -> Int {
    guard memberAxis >= 0 else { return 0 }
    let base = group.map { coordinates[$0.axis] / $0.size * $0.channels } ?? 0
    return base + coordinates[memberAxis]
  }

  /// How many channels a tensor of `shape` has under this index.
  public func channelCount(in shape: TensorShape) -> Int {
    guard memberAxis >= 0 else { return 1 }
    guard let group else { return shape.dimensions[memberAxis] }
    let groups = (shape.dimensions[group.axis] + group.size - 1) / group.size
    return groups * group.channels
  }
}
