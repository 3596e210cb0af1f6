/// The extents of an image: rows, columns and feature maps.
struct ImageShape: Sendable, Hashable {
  var height: Int
  var width: Int
  var channels: Int

  /// Places of a feature map.
  var places: Int { height * width }
  /// Numbers of a sample.
  var count: Int { places * channels }
}
