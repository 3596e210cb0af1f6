import ModelFormats
import ModelIR
import ModelVerification
import TestSupport

extension FilePlant {
  static let structures: [FilePlant] = [
    node("dropped Relu") { model, uses, random in
      let candidates = model[model.mainGraph].nodes.filter { id in
        guard ["Relu", "Clip", "LeakyRelu", "HardSwish"].contains(model[id].opType),
          let x = model[id].input(0), let maker = model.producer(of: x),
          uses.soleUse(of: x, in: model) != nil
        else { return false }
        // Behind these it changes nothing, or may not.
        return ["Conv", "ConvTranspose", "Gemm", "MatMul", "Add", "BatchNormalization"]
          .contains(model[maker].opType)
      }
      guard let id = candidates.randomElement(using: &random), let x = model[id].input(0),
        let y = model[id].output(0), case .node(let maker, let place) = model[x].producer
      else { return false }
      // What came before now makes what came after.
      var node = model[maker]
      node.outputs[place] = y
      model[maker] = node
      model[y].producer = .node(maker, output: place)
      model[model.mainGraph].nodes.removeAll { $0 == id }
      return true
    },
    node("padding off by one") { model, _, random in
      let candidates = model[model.mainGraph].nodes.filter { id in
        guard ["Conv", "ConvTranspose"].contains(model[id].opType),
          case .ints(let pads)? = model[id].attribute("pads"), pads.count > 1
        else { return false }
        return pads[0] > 0
      }
      guard let id = candidates.randomElement(using: &random) else { return false }
      var node = model[id]
      guard case .ints(var pads)? = node.attribute("pads") else { return false }
      pads[0] -= 1
      pads[pads.count / 2] += 1
      node.setAttribute("pads", .ints(pads))
      model[id] = node
      return true
    },
    FilePlant("ignored Relu in the plan") { file, folder, random in
      var model = file.original.model
      guard swapRelu(&model, &random), let refolded = try file.refolded(model, in: folder) else {
        return nil
      }
      return Planted(written: refolded.written, claims: refolded.claims)
    },
  ]

  /// Edits the nodes of the written model.
  private static func node(
    _ name: String,
    _ change: @escaping @Sendable (inout Model, UseIndex, inout SplitMix64) -> Bool
  ) -> FilePlant {
    FilePlant(name) { file, folder, random in
      var model = file.written.model
      guard change(&model, UseIndex(model), &random) else { return nil }
      let written = try FoldedFile.write(model, basedOn: file.written, "\(folder)/planted.onnx")
      return Planted(written: written, claims: file.claims)
    }
  }

  /// Makes linear → Relu → BatchNormalization what a plan sees that looks through the Relu:
  /// linear → BatchNormalization → Relu.
  private static func swapRelu(_ model: inout Model, _ random: inout SplitMix64) -> Bool {
    let uses = UseIndex(model)
    let candidates = model[model.mainGraph].nodes.filter { id in
      guard model[id].isStandard("BatchNormalization"), let b = model[id].input(0),
        let relu = model.producer(of: b), model[relu].isStandard("Relu"),
        uses.soleUse(of: b, in: model) != nil, let a = model[relu].input(0),
        uses.soleUse(of: a, in: model) != nil, let linear = model.producer(of: a)
      else { return false }
      return ["Conv", "ConvTranspose", "Gemm", "MatMul"].contains(model[linear].opType)
    }
    guard let id = candidates.randomElement(using: &random), let b = model[id].input(0),
      let relu = model.producer(of: b), let a = model[relu].input(0), let c = model[id].output(0)
    else { return false }
    let between = model.addValue(
      Value(name: "\(model[b].name).planned", graph: model[id].graph, type: model[b].type))
    var (norm, function) = (model[id], model[relu])
    norm.inputs[0] = a
    norm.outputs[0] = between
    function.inputs[0] = between
    function.outputs[0] = c
    model[id] = norm
    model[relu] = function
    model[between].producer = .node(id, output: 0)
    model[c].producer = .node(relu, output: 0)
    var nodes = model[norm.graph].nodes
    nodes.removeAll { $0 == relu }
    if let place = nodes.firstIndex(of: id) { nodes.insert(relu, at: place + 1) }
    model[norm.graph].nodes = nodes
    return true
  }
}
