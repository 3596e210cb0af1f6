internal import ModelFormats

/// Sections that name other layers.
extension LayerResolver {
  /// Layers by their numbers; negative ones count back from this one.
  private func sources(_ key: String) throws -> [Int] {
    guard let numbers = try reader.integers(key), let option = reader.section.option(key) else {
      throw reader.malformed("\(key) is missing")
    }
    return try numbers.map { number in
      let place = number < 0 ? index + number : number
      guard place >= 0, place < index else {
        throw reader.malformed(
          option, "\(number) is no layer before this one, which has number \(index)")
      }
      return place
    }
  }

  func route() throws -> DarknetLayer {
    let sources = try sources("layers")
    let groups = try reader.positive("groups", 1)
    let group = try reader.integer("group_id", 0)
    guard group < groups else { throw reader.malformed("group_id \(group) of \(groups) groups") }
    var channels = 0
    let first = before[sources[0]].output
    for source in sources {
      let shape = before[source].output
      guard shape.height == first.height, shape.width == first.width else {
        throw reader.malformed(
          "layer \(source) makes \(shape.height)×\(shape.width), layer \(sources[0]) "
            + "\(first.height)×\(first.width)")
      }
      guard shape.channels % groups == 0 else {
        throw reader.malformed("\(groups) groups do not divide \(shape.channels) channels")
      }
      channels += shape.channels / groups
      guard channels <= 1 << 40 else { throw reader.malformed("too many channels") }
    }
    return make(
      .route(sources, groups: groups, group: group),
      DarknetShape(channels: channels, height: first.height, width: first.width))
  }

  func shortcut() throws -> DarknetLayer {
    let sources = try sources("from")
    for source in sources where before[source].output != input {
      throw reader.unsupported("of layers with different shapes")
    }
    let name = reader.text("weights_type", "none")
    let weights: DarknetLayer.ShortcutWeights
    switch name {
    case "none": weights = .none
    case "per_feature", "per_layer": weights = .perFeature
    case "per_channel": weights = .perChannel
    default: throw reader.malformed("unknown weights_type \(name.printable())")
    }
    guard ["none", "0"].contains(reader.text("weights_normalization", "none")) || weights == .none
    else { throw reader.unsupported("with normalized weights") }
    var layer = make(.shortcut(sources, weights), input)
    layer.activation = try activation(.linear)
    let rows = sources.count + 1
    switch weights {
    case .none: break
    case .perFeature: layer.blocks = [try block(.weights, [rows])]
    case .perChannel: layer.blocks = [try block(.weights, [rows, input.channels])]
    }
    return layer
  }

  func attention() throws -> DarknetLayer {
    let sources = try sources("from")
    guard sources.count == 1 else { throw reader.malformed("from is one layer") }
    let other = before[sources[0]].output
    guard other.channels == input.channels else {
      throw reader.malformed("\(other.channels) channels meet \(input.channels)")
    }
    var layer: DarknetLayer
    if reader.section.type == "sam" {
      guard other == input else { throw reader.malformed("shapes differ") }
      layer = make(.spatialAttention(sources[0]), other)
    } else {
      try reader.refuse(["scale_wh"])
      guard input.height == 1, input.width == 1 else {
        throw reader.malformed("what scales channels has more than one pixel")
      }
      layer = make(.scaleChannels(sources[0]), other)
    }
    layer.activation = try activation(.linear)
    return layer
  }
}
