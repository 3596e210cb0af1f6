/// Which channel of an affine each element of a value belongs to.
///
/// The channel of an element is `map[j]`, where j is the row-major index of its coordinates along
/// `axes`. No axes mean that one channel acts on every element. −1 stands for elements on which
/// the affine does not act.
struct ChannelLayout: Sendable, Hashable {
  /// The axes whose coordinates decide, each of an extent above 1, in the order of the index.
  var axes: [Int]
  /// The extents along them.
  var extents: [Int]
  /// The channel for each index; as many entries as the product of the extents.
  var map: [Int]

  /// Channel c along one axis is `map[c]`.
  init(axis: Int, map: [Int]) {
    if map.count == 1 {
      // One channel acts on everything, whatever the axis.
      self.init(axes: [], extents: [], map: map)
    } else {
      self.init(axes: [axis], extents: [map.count], map: map)
    }
  }

  /// One channel for every element.
  static let uniform = ChannelLayout(axes: [], extents: [], map: [0])

  /// Coordinates along several axes.
  init(axes: [Int], extents: [Int], map: [Int]) {
    self.axes = axes
    self.extents = extents
    self.map = map
  }

  /// Whether the affine acts nowhere.
  var actsNowhere: Bool { map.allSatisfy { $0 < 0 } }

  /// The channels along `axis` of `extent`, for a reader that tells channels apart by that axis
  /// alone; nil where another axis decides or the extent is another.
  func along(axis: Int, extent: Int) -> [Int]? {
    if axes.isEmpty { return [Int](repeating: map[0], count: extent) }
    return axes == [axis] && map.count == extent ? map : nil
  }

  /// The same map with each axis renumbered; nil where an axis has no new number.
  func renumbered(_ number: (Int) -> Int?) -> ChannelLayout? {
    var result = self
    for position in axes.indices {
      guard let axis = number(axes[position]) else { return nil }
      result.axes[position] = axis
    }
    return result
  }
}
