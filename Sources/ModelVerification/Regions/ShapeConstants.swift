internal import GraphEvaluation
internal import ModelIR

/// Float constants of a region's written form that the original computes from shapes alone, such as
/// the anchors of a detector.
///
/// A runtime computes them step by step in their own precision, which may cost more than one
/// rounding; that is what a simplification stores. Where it stored just that, the distance from what
/// the same steps give in Double is how far the constant is off, and no error of the written model.
struct ShapeConstants {
  private let region: Region
  private let original: RegionForm
  private let written: RegionForm
  private let inputs: [ValueID: RuntimeTensor]
  /// What both have, by the written model's value.
  private var pairs: [ValueID: ValueID] = [:]
  /// Nodes of the original that need nothing but shapes.
  private var nodes: [NodeID] = []
  private var made: Set<ValueID> = []

  /// `inputs` are what the region is fed with, of which whole numbers and extents count.
  init(
    _ region: Region, inputs: [ValueID: RuntimeTensor], original: RegionForm,
    written: RegionForm
  ) {
    self.region = region
    self.original = original
    self.written = written
    self.inputs = inputs
    let model = original.model
    var known: [String: ValueID] = [:]
    for (input, tensor) in inputs where tensor.integers != nil {
      known[model[input].name] = input
    }
    for id in region.originalNodes where isOfShapes(id, known) {
      nodes.append(id)
      for output in model[id].outputs.compactMap({ $0 }) {
        known[model[output].name] = output
        made.insert(output)
      }
    }
    for input in region.writtenNodes.flatMap({ written.model[$0].inputs.compactMap { $0 } }) {
      guard let tensor = written.model[input].initializer, tensor.dataType.unitRoundoff != nil,
        let value = known[written.model[input].name]
      else { continue }
      pairs[input] = value
    }
  }

  /// How far each of them is off, where it is what the original's runtime would compute.
  func deviations(_ options: EvaluationOptions) throws -> [ValueID: [Double]] {
    guard !pairs.isEmpty else { return [:] }
    do {
      let exact = try values(of: region.originalNodes, fed: inputs, .double, options)
      // Of what shapes are asked of, extents alone count.
      var fed = inputs
      for operand in nodes.flatMap({ ModelReads.inputs(of: $0, in: original.model) })
      where fed[operand] == nil && !made.contains(operand) {
        fed[operand] = exact[operand]
      }
      let stored = try values(of: nodes, fed: fed, .stored, options)
      var result: [ValueID: [Double]] = [:]
      for (target, value) in pairs {
        guard let tensor = written.model[target].initializer, let rounded = stored[value],
          let number = exact[value], rounded.shape == tensor.shape.dimensions,
          rounded.doubles() == (try tensor.doubles())
        else { continue }
        result[target] = zip(rounded.doubles(), number.doubles()).map { ($0 - $1).magnitude }
      }
      return result
    } catch is EvaluationError {
      return [:]
    }
  }

  // MARK: Parts

  /// Whether a node reads constants, extents and what is made of these, and no number that is fed.
  private func isOfShapes(_ id: NodeID, _ known: [String: ValueID]) -> Bool {
    let model = original.model
    let node = model[id]
    guard node.domain.isEmpty, node.bodies.isEmpty, !node.opType.hasPrefix("Random") else {
      return false
    }
    if ["Shape", "Size"].contains(node.opType) { return true }
    return node.inputs.allSatisfy { input in
      input.map { original.constants.contains($0) || known[model[$0].name] == $0 } ?? true
    }
  }

  private func values(
    of nodes: [NodeID], fed: [ValueID: RuntimeTensor], _ precision: EvaluationPrecision,
    _ options: EvaluationOptions
  ) throws -> [ValueID: RuntimeTensor] {
    let form = RegionForm(
      model: original.model, constants: original.constants, resolver: original.resolver,
      options: options, precision: precision)
    try form.run(nodes, feeding: fed)
    return form.values
  }
}
