internal import ModelIR

/// Takes pairs from a model in which layers and normalizations have the tensors' names.
struct GraphPairing {
  private let model: Model
  private let names: WeightNames
  private let uses: UseIndex

  init(_ model: Model, _ names: WeightNames) {
    self.model = model
    self.names = names
    uses = UseIndex(model)
  }

  func result() -> Pairing {
    var result = Pairing(pairs: [], unpaired: [])
    var readers: [String: [NodeID]] = [:]
    for (position, node) in model.nodes.enumerated() {
      guard let node, node.isStandard("BatchNormalization") else { continue }
      for name in tensors(of: node).dropFirst(3) {
        readers[name, default: []].append(NodeID(position))
      }
    }
    for (normalization, _) in names.normalizations {
      let nodes = Set(readers[normalization.mean] ?? []).intersection(
        readers[normalization.variance] ?? [])
      let reason: String
      do throws(Doubt) {
        guard nodes.count == 1, let id = nodes.first else {
          throw Doubt(
            reason: nodes.isEmpty
              ? "no node of the graph reads \"\(normalization.mean)\""
              : "several nodes of the graph read it")
        }
        result.pairs.append(try pair(normalization, id))
        continue
      } catch {
        reason = error.reason
      }
      result.unpaired.append(
        UnpairedNormalization(normalization: normalization, reason: reason))
    }
    return result
  }

  private struct Doubt: Error { var reason: String }

  /// The names of a node's constants by input position; empty where an input is none.
  private func tensors(of node: Node) -> [String] {
    node.inputs.map { input in
      guard let input, model[input].initializer != nil else { return "" }
      return model[input].name
    }
  }

  private func pair(
    _ normalization: NormalizationNames, _ id: NodeID
  ) throws(Doubt) -> LayerPair {
    let node = model[id]
    let read = tensors(of: node)
    guard read.count == 5, read[1] == normalization.scale ?? read[1],
      read[2] == normalization.shift ?? read[2], read[3] == normalization.mean,
      read[4] == normalization.variance
    else { throw Doubt(reason: "its node in the graph reads other tensors") }
    if case .int(let training)? = node.attribute("training_mode"), training != 0 {
      throw Doubt(reason: "its node in the graph is in training mode")
    }
    var epsilon = Double(Float(1e-5))
    if case .float(let value)? = node.attribute("epsilon") { epsilon = Double(value) }
    guard let input = node.input(0), let maker = model.producer(of: input) else {
      throw Doubt(reason: "nothing before it in the graph can take it")
    }
    guard uses.soleUse(of: input, in: model) != nil else {
      throw Doubt(reason: "what it reads in the graph is read elsewhere too")
    }
    let layer = try layer(model[maker], normalization.channels)
    guard uses.uses(of: model[maker].input(1) ?? input).count == 1 else {
      throw Doubt(reason: "the weight \"\(layer.weight)\" is read elsewhere in the graph too")
    }
    return LayerPair(
      layer: layer, normalization: normalization, epsilon: epsilon, evidence: "the graph")
  }

  private func layer(_ node: Node, _ channels: Int) throws(Doubt) -> LinearLayer {
    let read = tensors(of: node)
    let name = read.count > 1 ? read[1] : ""
    func number(_ attribute: String) -> Int {
      if case .int(let value)? = node.attribute(attribute) { return Int(value) }
      return attribute == "group" ? 1 : 0
    }
    guard node.domain.isEmpty, ["Conv", "ConvTranspose", "Gemm"].contains(node.opType) else {
      throw Doubt(reason: "before it in the graph stands \(node.opType)")
    }
    guard let extents = names.extents(name),
      var layer = WeightNames.layer(at: name, rank: extents.count)
    else {
      throw Doubt(reason: "the weight of the \(node.opType) before it is not in the file")
    }
    if node.opType == "Gemm" {
      for attribute in ["alpha", "beta"] {
        if case .float(let factor)? = node.attribute(attribute), factor != 1 {
          throw Doubt(reason: "the Gemm before it has \(attribute) \(factor)")
        }
      }
      layer.layout = number("transB") == 0 ? .outputLast : .outputFirst
    } else {
      layer.layout = node.opType == "Conv" ? .outputFirst : .transposed
      layer.groups = number("group")
    }
    let stored = node.input(1).flatMap { model[$0].initializer?.shape.dimensions }
    guard stored == extents, layer.outputs(extents) == channels else {
      throw Doubt(reason: "\"\(name)\" has another shape in the graph than in the file")
    }
    if read.count > 2, node.input(2) != nil {
      guard names.extents(read[2]) == [channels] else {
        throw Doubt(reason: "the bias of the \(node.opType) before it is not in the file")
      }
      layer.bias = read[2]
    } else if names.extents(layer.bias) != nil {
      throw Doubt(reason: "\"\(layer.bias)\" is in the file and not in the graph")
    }
    return layer
  }
}
