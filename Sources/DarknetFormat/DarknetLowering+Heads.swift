internal import ModelFormats
internal import ModelIR

/// A head's options: how the channels that it reads are boxes.
///
/// Channel n·(5 + classes) + e of its input is, for box n of each pixel, e = 0, 1: place, 2, 3: size,
/// 4: objectness, then the classes.
/// Source: Darknet's src/yolo_layer.c (get_yolo_box) and src/region_layer.c (get_region_box).
private struct BoxHead {
  /// Width and height for each box of a pixel, in units of the image.
  var anchors: [(width: Double, height: Double)]
  var classes: Int
  /// Stretches the place within a pixel around its middle.
  var stretch: Double
  /// Sizes are squares, and nothing goes through an exponential or a sigmoid any more.
  var hasNewCoordinates: Bool
  /// Classes exclude one another.
  var usesSoftmax: Bool

  init(_ layer: DarknetLayer, _ network: DarknetNetwork) throws {
    let reader = SectionReader(network.config, network.config.layers[layer.index])
    let isRegion = layer.type == "region"
    guard isRegion || layer.type == "yolo" else {
      throw reader.unsupported("cannot be decoded; leave out --decode")
    }
    try reader.refuse(["tree", "map", "background"])
    classes = try reader.positive("classes", 20)
    stretch = try reader.number("scale_x_y", 1)
    hasNewCoordinates = try reader.integer("new_coords", 0) != 0
    usesSoftmax = try reader.integer("softmax", 0) != 0 && isRegion
    if try reader.integer("coords", 4) != 4 { throw reader.unsupported("with other than 4 coords") }
    let number = try reader.positive("num", 1)
    let sizes = try reader.numbers("anchors")
    guard sizes.count == 2 * number else {
      throw reader.malformed(
        "anchors has \(sizes.count) numbers, num=\(number) wants \(2 * number)")
    }
    let chosen = isRegion ? nil : try reader.integers("mask")
    // Of region in pixels of its grid, of yolo in pixels of the image.
    let unit =
      isRegion
      ? (Double(layer.input.width), Double(layer.input.height))
      : (Double(network.input.width), Double(network.input.height))
    anchors = try (chosen ?? Array(0..<number)).map { index in
      guard (0..<number).contains(index) else {
        throw reader.malformed("mask names anchor \(index) of \(number)")
      }
      return (sizes[2 * index] / unit.0, sizes[2 * index + 1] / unit.1)
    }
    let wanted = anchors.count * (5 + classes)
    guard wanted == layer.input.channels else {
      throw reader.malformed(
        "\(anchors.count) boxes of \(classes) classes are \(wanted) channels, it reads "
          + "\(layer.input.channels)")
    }
  }
}

extension DarknetLowering {
  /// Boxes as [batch, boxes, 5 + classes]: middle x and y, width, height as parts of the image,
  /// objectness, and the classes' probabilities where there is an object.
  mutating func decoded(_ x: ValueID, _ final: String) throws -> ValueID {
    let head = try BoxHead(layer, network)
    let (rows, columns) = (layer.input.height, layer.input.width)
    let (boxes, entries) = (head.anchors.count, 5 + head.classes)
    let i = layer.index
    func type(_ entries: Int) -> ValueType {
      .tensor(
        .float32,
        [.symbol("batch")] + [boxes, entries, rows, columns].map { Dimension.known($0) })
    }
    let all = reshaped(
      x, [0, boxes, entries, rows, columns], "\(i)_boxes",
      [boxes, entries, rows, columns].map { .known($0) })
    func part(
      _ range: Range<Int>, _ name: String, _ lowering: inout DarknetLowering
    ) -> ValueID {
      lowering.sliced(
        all, from: [Int64(range.lowerBound)], to: [Int64(range.upperBound)], axes: [2],
        "\(i)_\(name)", type(range.count))
    }
    var place = part(0..<2, "raw_places", &self)
    var size = part(2..<4, "raw_sizes", &self)
    var object = part(4..<5, "raw_objects", &self)
    var classes = part(5..<entries, "raw_classes", &self)
    if !head.hasNewCoordinates {
      place = add("Sigmoid", [place], "\(i)_inner_places", type: type(2))
      object = add("Sigmoid", [object], "\(i)_objects", type: type(1))
      classes = add(
        head.usesSoftmax ? "Softmax" : "Sigmoid", [classes], "\(i)_classes",
        type: type(head.classes),
        attributes: head.usesSoftmax ? [Attribute("axis", .int(2))] : [])
    }
    place = placed(place, head.stretch, type(2))
    size =
      head.hasNewCoordinates
      ? add("Mul", [size, size], "\(i)_squares", type: type(2))
      : add("Exp", [size], "\(i)_factors", type: type(2))
    let factor: Float = head.hasNewCoordinates ? 4 : 1
    let anchors = constant(
      "anchors", head.anchors.flatMap { [Float($0.width) * factor, Float($0.height) * factor] },
      [1, boxes, 2, 1, 1])
    size = add("Mul", [size, anchors], "\(i)_sizes", type: type(2))
    let joined = add(
      "Concat", [place, size, object, classes], "\(i)_decoded", type: type(entries),
      attributes: [Attribute("axis", .int(2))])
    let turned = add(
      "Transpose", [joined], "\(i)_turned",
      type: .tensor(
        .float32,
        [.symbol("batch")] + [boxes, rows, columns, entries].map { Dimension.known($0) }),
      attributes: [Attribute("perm", .ints([0, 1, 3, 4, 2]))])
    let count = boxes * rows * columns
    return reshaped(turned, [0, count, entries], final, [.known(count), .known(entries)])
  }

  /// (stretch·p − (stretch − 1)/2 + pixel) / pixels, for x and y.
  private mutating func placed(_ x: ValueID, _ stretch: Double, _ type: ValueType) -> ValueID {
    let (rows, columns) = (layer.input.height, layer.input.width)
    let i = layer.index
    var grid: [Float] = []
    for axis in 0..<2 {
      for row in 0..<rows {
        for column in 0..<columns {
          grid.append(Float(Double(axis == 0 ? column : row) - 0.5 * (stretch - 1)))
        }
      }
    }
    var place = x
    if stretch != 1 {
      place = add(
        "Mul", [place, number("stretch", stretch)], "\(i)_stretched_places", type: type)
    }
    place = add(
      "Add", [place, constant("grid", grid, [1, 1, 2, rows, columns])], "\(i)_grid_places",
      type: type)
    let extents = constant("extents", [Float(columns), Float(rows)], [1, 1, 2, 1, 1])
    return add("Div", [place, extents], "\(i)_places", type: type)
  }

  private mutating func constant(
    _ name: String, _ numbers: [Float], _ extents: [Int]
  ) -> ValueID {
    guard let shape = TensorShape(extents), let tensor = Tensor(numbers, shape: shape) else {
      preconditionFailure("\(numbers.count) numbers are not \(extents)")
    }
    return initializer("\(layer.index).\(name)", tensor)
  }
}
