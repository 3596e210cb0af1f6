internal import ModelIR

/// Nodes, tensors and the layers that only move or reshape.
extension DarknetLowering {
  func type(_ shape: DarknetShape) -> ValueType {
    .tensor(
      .float32,
      [.symbol("batch"), .known(shape.channels), .known(shape.height), .known(shape.width)])
  }

  /// Adds a node with one output of the layer's shape, or of another.
  mutating func add(
    _ opType: String, _ inputs: [ValueID?], _ output: String, _ shape: DarknetShape? = nil,
    name: String? = nil, type: ValueType? = nil, attributes: [Attribute] = []
  ) -> ValueID {
    let value = model.addValue(
      Value(
        name: output, graph: model.mainGraph, type: type ?? self.type(shape ?? layer.output)))
    model.addNode(
      Node(
        name: name ?? output, opType: opType, graph: model.mainGraph, inputs: inputs,
        outputs: [value], attributes: attributes, origin: Origin(record: layer.index)))
    return value
  }

  mutating func initializer(_ name: String, _ tensor: Tensor) -> ValueID {
    model.addInitializer(name, tensor, to: model.mainGraph)
  }

  /// A block of the layer at hand.
  mutating func tensor(_ role: DarknetLayer.Block.Role) -> ValueID {
    guard let position = layer.blocks.firstIndex(where: { $0.role == role }) else {
      preconditionFailure("Layer \(layer.index) has no \(role.rawValue)")
    }
    var shape = layer.blocks[position].shape
    if role == .weights {
      switch layer.kind {
      case .connected where weights.transposes:
        shape = TensorShape(shape.dimensions.reversed()) ?? shape
      case .local:
        let extents = shape.dimensions
        shape =
          TensorShape([extents[0], extents[1], extents[2...].reduce(1, *)]) ?? shape
      default: break
      }
    }
    let elements = StoredElements(
      source: weights.source, pieces: [weights.ranges[layer.index][position]])
    return initializer(
      "\(layer.index).\(role.rawValue)",
      Tensor(dataType: .float32, shape: shape, storage: .stored(elements)))
  }

  mutating func integers(_ name: String, _ numbers: [Int64]) -> ValueID {
    guard let tensor = Tensor(numbers, shape: .vector(numbers.count)) else {
      preconditionFailure("A vector has as many elements as it has")
    }
    return initializer("\(layer.index).\(name)", tensor)
  }

  mutating func number(_ name: String, _ number: Double) -> ValueID {
    guard let tensor = Tensor([Float(number)], shape: .scalar) else {
      preconditionFailure("A scalar has one element")
    }
    return initializer("\(layer.index).\(name)", tensor)
  }

  mutating func reshaped(
    _ x: ValueID, _ extents: [Int], _ output: String, _ known: [Dimension]
  ) -> ValueID {
    let shape = integers("\(output).shape", extents.map { Int64($0) })
    return add(
      "Reshape", [x, shape], output, type: .tensor(.float32, [.symbol("batch")] + known))
  }

  mutating func sliced(
    _ x: ValueID, from starts: [Int64], to ends: [Int64], axes: [Int64], _ output: String,
    _ type: ValueType
  ) -> ValueID {
    let inputs = [
      x, integers("\(output).starts", starts), integers("\(output).ends", ends),
      integers("\(output).axes", axes),
    ]
    return add("Slice", inputs, output, type: type)
  }

  // MARK: Moving

  mutating func upsample(
    _ x: ValueID, _ stride: Int, _ scale: Double, _ final: String
  ) -> ValueID {
    let factors = [Float(1), 1, Float(stride), Float(stride)]
    guard let tensor = Tensor(factors, shape: .vector(4)) else { return x }
    let scales = initializer("\(layer.index).scales", tensor)
    let y = add(
      "Resize", [x, nil, scales], scale == 1 ? final : "\(layer.index)_large",
      attributes: [
        Attribute("mode", .string(Array("nearest".utf8))),
        Attribute("coordinate_transformation_mode", .string(Array("asymmetric".utf8))),
        Attribute("nearest_mode", .string(Array("floor".utf8))),
      ])
    guard scale != 1 else { return y }
    return add("Mul", [y, number("scale", scale)], final)
  }

  /// Pixels of blocks become channels: out[(dy·s + dx)·C + c, y, x] = in[c, y·s + dy, x·s + dx].
  ///
  /// [reorg] reads its input as C/s² channels of s times the height and width, as pjreddie's code
  /// always did; [reorg3d] reads it as it is.
  mutating func reorganize(
    _ x: ValueID, _ stride: Int, _ old: Bool, _ final: String
  ) -> ValueID {
    let (c, h, w) = (layer.input.channels, layer.input.height, layer.input.width)
    let extents =
      old
      ? [c / (stride * stride), h, stride, w, stride] : [c, h / stride, stride, w / stride, stride]
    let blocks = reshaped(
      x, [0] + extents, "\(layer.index)_blocks", extents.map { .known($0) })
    let order = [3, 5, 1, 2, 4]
    let moved = add(
      "Transpose", [blocks], "\(layer.index)_moved",
      type: .tensor(
        .float32, [.symbol("batch")] + order.map { .known(extents[$0 - 1]) }),
      attributes: [Attribute("perm", .ints([0] + order.map { Int64($0) }))])
    let shape = layer.output
    return reshaped(
      moved, [0, shape.channels, shape.height, shape.width], final,
      [.known(shape.channels), .known(shape.height), .known(shape.width)])
  }

  mutating func crop(
    _ x: ValueID, _ top: Int, _ left: Int, _ scale: Double, _ shift: Double, _ final: String
  ) -> ValueID {
    let shape = layer.output
    let isPlain = scale == 1 && shift == 0
    let part = sliced(
      x, from: [Int64(top), Int64(left)],
      to: [Int64(top + shape.height), Int64(left + shape.width)], axes: [2, 3],
      isPlain ? final : "\(layer.index)_part", type(shape))
    guard !isPlain else { return part }
    let scaled = add("Mul", [part, number("scale", scale)], "\(layer.index)_scaled")
    return add("Add", [scaled, number("shift", shift)], final)
  }

  mutating func softmax(
    _ x: ValueID, _ groups: Int, _ temperature: Double, _ perPixel: Bool, _ final: String
  ) -> ValueID {
    var y = x
    if temperature != 1 {
      y = add("Div", [y, number("temperature", temperature)], "\(layer.index)_tempered")
    }
    if perPixel { return add("Softmax", [y], final, attributes: [Attribute("axis", .int(1))]) }
    let shape = layer.output
    let width = shape.count / groups
    y = reshaped(
      y, [0, groups, width], "\(layer.index)_groups", [.known(groups), .known(width)])
    y = add(
      "Softmax", [y], "\(layer.index)_shares",
      type: .tensor(.float32, [.symbol("batch"), .known(groups), .known(width)]),
      attributes: [Attribute("axis", .int(2))])
    return reshaped(
      y, [0, shape.channels, shape.height, shape.width], final,
      [.known(shape.channels), .known(shape.height), .known(shape.width)])
  }

  // MARK: Activations

  /// The name of what goes into the activation: the layer's own where there is none.
  func beforeActivation(_ final: String) -> String {
    layer.activation == .linear ? final : "\(layer.index)_sum"
  }

  mutating func activated(_ x: ValueID, _ final: String) -> ValueID {
    func factor(_ name: String, _ value: Float) -> [Attribute] { [Attribute(name, .float(value))] }
    switch layer.activation {
    case .linear: return x
    case .logistic: return add("Sigmoid", [x], final)
    case .relu: return add("Relu", [x], final)
    case .leaky: return add("LeakyRelu", [x], final, attributes: factor("alpha", 0.1))
    case .relie: return add("LeakyRelu", [x], final, attributes: factor("alpha", 0.01))
    case .tanh: return add("Tanh", [x], final)
    case .elu: return add("Elu", [x], final, attributes: factor("alpha", 1))
    case .selu:
      return add(
        "Selu", [x], final, attributes: factor("alpha", 1.6732) + factor("gamma", 1.0507))
    case .relu6: return clipped(x, 0, 6, final)
    case .hardtan: return clipped(x, -1, 1, final)
    case .swish: return add("Mul", [x, add("Sigmoid", [x], "\(layer.index)_gate")], final)
    case .mish:
      let soft = add("Softplus", [x], "\(layer.index)_soft")
      return add("Mul", [x, add("Tanh", [soft], "\(layer.index)_gate")], final)
    case .hardMish:
      // x for x > 0, x²/2 + x for −2 < x ≤ 0, 0 below: x·clip(x/2 + 1, 0, 1).
      let gate = add(
        "HardSigmoid", [x], "\(layer.index)_gate",
        attributes: factor("alpha", 0.5) + factor("beta", 1))
      return add("Mul", [x, gate], final)
    case .loggy: return loggy(x, final)
    case .ramp: return sum(x, of: add("Relu", [x], "\(layer.index)_gate"), 1, and: x, 0.1, final)
    case .plse: return bent(x, -4, 4, 0.125, 0.01, shift: 0.5, final)
    case .lhtan: return bent(x, 0, 1, 1, 0.001, shift: 0, final)
    case .gelu: return gelu(x, final)
    }
  }

  private mutating func clipped(
    _ x: ValueID, _ low: Double, _ high: Double, _ output: String
  ) -> ValueID {
    add("Clip", [x, number("\(output).low", low), number("\(output).high", high)], output)
  }

  /// 2/(1 + e⁻ˣ) − 1 = tanh(x/2).
  private mutating func loggy(_ x: ValueID, _ final: String) -> ValueID {
    let half = add("Mul", [x, number("half", 0.5)], "\(layer.index)_half")
    return add("Tanh", [half], final)
  }

  /// a·f + b·g.
  private mutating func sum(
    _ x: ValueID, of f: ValueID, _ a: Double, and g: ValueID, _ b: Double, _ final: String
  ) -> ValueID {
    let left = a == 1 ? f : add("Mul", [f, number("inner", a)], "\(layer.index)_inner")
    let right = add("Mul", [g, number("outer", b)], "\(layer.index)_outer")
    return add("Add", [left, right], final)
  }

  /// Slope `inner` between two corners and `outer` beyond them: c = clip(x), inner·c + outer·(x − c).
  private mutating func bent(
    _ x: ValueID, _ low: Double, _ high: Double, _ inner: Double, _ outer: Double,
    shift: Double, _ final: String
  ) -> ValueID {
    let middle = clipped(x, low, high, "\(layer.index)_middle")
    let rest = add("Sub", [x, middle], "\(layer.index)_rest")
    let bent = sum(
      x, of: middle, inner, and: rest, outer, shift == 0 ? final : "\(layer.index)_bent")
    return shift == 0 ? bent : add("Add", [bent, number("shift", shift)], final)
  }

  /// x/2·(1 + tanh(0.797885·x + 0.035677·x³)).
  private mutating func gelu(_ x: ValueID, _ final: String) -> ValueID {
    let i = layer.index
    let square = add("Mul", [x, x], "\(i)_square")
    let inner = add("Mul", [square, number("cubic", 0.035677)], "\(i)_cubic")
    let slope = add("Add", [inner, number("slope", 0.797885)], "\(i)_slope")
    let gate = add("Tanh", [add("Mul", [x, slope], "\(i)_angle")], "\(i)_gate")
    let half = add("Mul", [x, number("half", 0.5)], "\(i)_half")
    return add("Add", [half, add("Mul", [half, gate], "\(i)_gated")], final)
  }
}
