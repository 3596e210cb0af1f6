internal import ByteStore
internal import ModelIR

/// Walks a tensor in runs of neighbouring elements of one channel.
struct ChannelRuns {
  private let index: ChannelIndex?
  /// Channels of the tensor; one where it has not the axes that would tell them apart.
  let channels: Int
  /// Elements behind the last axis that decides the channel.
  private let length: Int
  private let outer: [Int]

  init(_ shape: TensorShape, _ index: ChannelIndex) {
    guard let last = index.axes.max(), last < shape.rank else {
      self.index = nil
      channels = 1
      length = max(1, shape.elementCount)
      outer = []
      return
    }
    self.index = index
    channels = index.channelCount(in: shape)
    // Only a tensor without elements has extents whose product does not fit.
    length = max(1, CheckedArithmetic.product(shape.dimensions[(last + 1)...]) ?? 1)
    outer = Array(shape.dimensions[...last])
  }

  /// Calls `body` with the channel of each run, cut where pieces end.
  func forEach(of tensor: Tensor, _ body: (Int, ArraySlice<Double>) throws -> Void) throws {
    try tensor.forEachDoubles { piece, range in
      var start = 0
      while start < piece.count {
        let position = range.lowerBound + start
        let end = min(piece.count, start + length - position % length)
        try body(channel(ofRun: position / length), piece[start..<end])
        start = end
      }
    }
  }

  private func channel(ofRun run: Int) -> Int {
    guard let index else { return 0 }
    var rest = run
    var coordinates = outer
    for axis in outer.indices.reversed() {
      coordinates[axis] = rest % max(1, outer[axis])
      rest /= max(1, outer[axis])
    }
    return index.channel(at: coordinates)
  }
}
