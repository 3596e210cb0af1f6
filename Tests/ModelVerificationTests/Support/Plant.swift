import ModelIR
import ModelVerification
import Testing

/// An error put into the written model of a `HandFold`, at one of its layers.
struct Plant: Sendable, CustomTestStringConvertible {
  var testDescription: String
  /// Layers that must each see it.
  var seenBy: [VerificationLayer]
  /// Puts it into a layer; false where it does not apply.
  var put: @Sendable (inout HandFold, Int) throws -> Bool

  init(
    _ name: String, _ seenBy: [VerificationLayer],
    _ put: @escaping @Sendable (inout HandFold, Int) throws -> Bool
  ) {
    testDescription = name
    self.seenBy = seenBy
    self.put = put
  }

  /// Errors in stored numbers.
  static let numbers: [Plant] = [
    Plant("one bias sign", [.parameters, .regionProbe, .lockstep]) { fold, layer in
      try fold.changeNumbers("bias\(layer).folded") { $0[1] = -$0[1] }
    },
    Plant("two channels swapped", [.parameters, .regionProbe, .lockstep]) { fold, layer in
      let kind = fold.kinds[layer]
      let channels = fold.channels(layer, count: kind.weight.reduce(1, *))
      return try fold.changeNumbers("weight\(layer).folded") { weight in
        let first = weight.indices.filter { channels[$0] == 0 }
        let last = weight.indices.filter { channels[$0] == kind.outputs - 1 }
        for (i, j) in zip(first, last) { weight.swapAt(i, j) }
      }
    },
    Plant("one weight × 1.001", [.parameters, .regionProbe, .lockstep]) { fold, layer in
      try fold.changeNumbers("weight\(layer).folded") { $0[3] *= 1.001 }
    },
    Plant("one weight + 1,000 ulp", [.parameters, .regionProbe, .lockstep]) { fold, layer in
      try fold.changeNumbers("weight\(layer).folded") { weight in
        // The largest, so that the sum it stands in notices.
        let place = weight.indices.max { weight[$0].magnitude < weight[$1].magnitude } ?? 0
        weight[place] += 1000 * Double(Float(weight[place]).ulp)
      }
    },
    Plant("NaN", [.parameters, .regionProbe, .lockstep]) { fold, layer in
      try fold.changeNumbers("weight\(layer).folded") { $0[2] = .nan }
    },
    Plant("infinite bias", [.parameters, .regionProbe, .lockstep]) { fold, layer in
      try fold.changeNumbers("bias\(layer).folded") { $0[0] = .infinity }
    },
    Plant("epsilon 1e-3", [.parameters, .regionProbe]) { fold, layer in
      try fold.refold(layer) { $0.epsilon = 1e-3 }
    },
    Plant("epsilon 1e-6", [.parameters, .regionProbe]) { fold, layer in
      try fold.refold(layer) { $0.epsilon = 1e-6 }
    },
    Plant("stale mean", [.parameters, .regionProbe, .lockstep]) { fold, layer in
      try fold.refold(layer) { bn in
        for c in bn.mean.indices { bn.mean[c] += 0.1 * bn.deviation(c) }
      }
    },
    Plant("mean off by 0.001 deviations in one channel", [.parameters]) { fold, layer in
      try fold.refold(layer) { $0.mean[1] += 0.001 * $0.deviation(1) }
    },
    Plant("wrong channel map", [.parameters, .regionProbe, .lockstep]) { fold, layer in
      try fold.refold(layer) { bn in
        bn.gamma.append(bn.gamma.removeFirst())
        bn.variance.append(bn.variance.removeFirst())
      }
    },
    Plant("transposed groups", [.parameters, .regionProbe, .lockstep]) { fold, layer in
      guard let group = fold.kinds[layer].channels.group else { return false }
      let weight = try fold.numbers("weight\(layer)", of: fold.original)
      let bn = try fold.batchNorm(layer)
      let columns = fold.kinds[layer].weight[1]
      let channels = fold.channels(layer, count: weight.count)
      let groups = fold.kinds[layer].weight[0] / group.size
      return try fold.changeNumbers("weight\(layer).folded") { folded in
        for i in folded.indices {
          let (g, o) = (channels[i] / columns, channels[i] % columns)
          folded[i] = weight[i] * bn.scale(o * groups + g)
        }
      }
    },
    Plant("scale without shift", [.parameters, .regionProbe, .lockstep]) { fold, layer in
      let bias = try fold.original.values.first { $0.name == "bias\(layer)" }?.initializer?
        .doubles()
      return try fold.changeNumbers("bias\(layer).folded") { folded in
        for c in folded.indices { folded[c] = bias?[c] ?? 0 }
      }
    },
    Plant("old weight written", [.parameters, .regionProbe, .lockstep]) { fold, layer in
      let weight = try fold.numbers("weight\(layer)", of: fold.original)
      return try fold.changeNumbers("weight\(layer).folded") { $0 = weight }
    },
  ]

  /// Errors in nodes.
  static let structures: [Plant] = [
    Plant("dropped Relu", [.regionProbe, .lockstep]) { fold, layer in
      try fold.change("relu\(layer)") { $0.opType = "Identity" }
      return true
    },
    Plant("padding off by one", [.regionProbe, .lockstep]) { fold, layer in
      guard fold.kinds[layer].attributes.contains(where: { $0.name == "pads" }) else {
        return false
      }
      let spatial = fold.kinds[layer].input.count - 2
      try fold.change("linear\(layer)") { node in
        guard case .ints(var pads)? = node.attribute("pads"), pads[0] > 0 else { return }
        pads[0] -= 1
        pads[spatial] += 1
        node.setAttribute("pads", .ints(pads))
      }
      return fold.kinds[layer].attributes.contains {
        if case ("pads", .ints(let pads)) = ($0.name, $0.value) { pads[0] > 0 } else { false }
      }
    },
    Plant("another stride", [.regionProbe, .lockstep]) { fold, layer in
      guard fold.kinds[layer].opType == "Conv" else { return false }
      let spatial = fold.kinds[layer].input.count - 2
      try fold.change("linear\(layer)") { node in
        node.setAttribute("strides", .ints([Int64](repeating: 3, count: spatial)))
      }
      return true
    },
    Plant("dropped bias", [.regionProbe, .lockstep]) { fold, layer in
      guard fold.kinds[layer].opType != "MatMul" else { return false }
      try fold.change("linear\(layer)") { $0.inputs.removeLast() }
      return true
    },
  ]
}

/// The numbers of one BatchNormalization of a `HandFold`.
struct PlantedNorm {
  var gamma: [Double]
  var beta: [Double]
  var mean: [Double]
  var variance: [Double]
  var epsilon = Double(Float(1e-5))

  func deviation(_ c: Int) -> Double { (variance[c] + epsilon).squareRoot() }
  func scale(_ c: Int) -> Double { gamma[c] / deviation(c) }
}

extension HandFold {
  func numbers(_ name: String, of model: Model) throws -> [Double] {
    try #require(model.values.first { $0.name == name }?.initializer).doubles()
  }

  func batchNorm(_ layer: Int) throws -> PlantedNorm {
    try PlantedNorm(
      gamma: numbers("gamma\(layer)", of: original), beta: numbers("beta\(layer)", of: original),
      mean: numbers("mean\(layer)", of: original),
      variance: numbers("variance\(layer)", of: original))
  }

  func channels(_ layer: Int, count: Int) -> [Int] {
    let kind = kinds[layer]
    var strides: [Int] = []
    var stride = count
    for extent in kind.weight {
      stride /= extent
      strides.append(stride)
    }
    return (0..<count).map { element in
      kind.channels.channel(
        at: zip(strides, kind.weight).map { pair in element / pair.0 % pair.1 })
    }
  }

  /// Changes stored numbers; false when none moved by more than 4 ulp.
  mutating func changeNumbers(_ name: String, _ body: (inout [Double]) -> Void) throws -> Bool {
    let before = try numbers(name)
    var after = before
    body(&after)
    try set(name, after)
    let stored = try numbers(name)
    return zip(before, stored).contains { old, new in
      !((new - old).magnitude <= 4 * Double(Float(old).ulp))
    }
  }

  /// Folds a layer again with other parameters of its BatchNormalization.
  mutating func refold(_ layer: Int, _ body: (inout PlantedNorm) -> Void) throws -> Bool {
    var bn = try batchNorm(layer)
    body(&bn)
    let weight = try numbers("weight\(layer)", of: original)
    let channels = channels(layer, count: weight.count)
    let bias = try original.values.first { $0.name == "bias\(layer)" }?.initializer?.doubles()
    let movedWeight = try changeNumbers("weight\(layer).folded") { folded in
      for i in folded.indices { folded[i] = weight[i] * bn.scale(channels[i]) }
    }
    let movedBias = try changeNumbers("bias\(layer).folded") { folded in
      for c in folded.indices {
        folded[c] = bn.scale(c) * ((bias?[c] ?? 0) - bn.mean[c]) + bn.beta[c]
      }
    }
    return movedWeight || movedBias
  }
}
