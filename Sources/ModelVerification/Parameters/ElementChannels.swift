internal import ModelIR

/// The channel of every element of a tensor under a channel index, found by counting.
struct ElementChannels {
  private let member: (stride: Int, extent: Int)
  private let group: (stride: Int, extent: Int, size: Int, channels: Int)?
  /// Neighbouring elements that share a channel.
  let runLength: Int

  /// Nil when the index names axes that the shape does not have.
  init?(_ index: ChannelIndex, shape: TensorShape) {
    let strides = shape.strides
    if index == .uniform {
      member = (max(1, shape.elementCount), 1)
      group = nil
      runLength = max(1, shape.elementCount)
      return
    }
    guard strides.indices.contains(index.memberAxis) else { return nil }
    member = (strides[index.memberAxis], shape.dimensions[index.memberAxis])
    var run = strides[index.memberAxis]
    if let g = index.group {
      guard strides.indices.contains(g.axis), g.size > 0 else { return nil }
      group = (strides[g.axis], shape.dimensions[g.axis], g.size, g.channels)
      run = min(run, strides[g.axis])
    } else {
      group = nil
    }
    runLength = max(1, run)
  }

  /// The channel of the element at a position in row-major order.
  func channel(_ element: Int) -> Int {
    let inGroup = element / member.stride % max(1, member.extent)
    guard let group else { return inGroup }
    return element / group.stride % max(1, group.extent) / group.size * group.channels + inGroup
  }
}
