internal import GraphEvaluation
internal import ModelIR

/// One sample on its way through both models.
struct EndToEndSweep {
  private let layer: EndToEndLayer
  private let reference: ModelRun
  private var original: ModelRun?
  private var written: ModelRun?
  private let watch: BodyWatch
  private let affected: Set<ValueID>
  /// Regions to judge once the node at a position has run.
  private var due: [Int: [Int]] = [:]
  private var result = SampleResult()

  init(_ layer: EndToEndLayer, _ inputs: [ValueID: RuntimeTensor]) {
    self.layer = layer
    let c = layer.correspondence
    let (r, o) = (layer.resolvers.original, layer.reads.original)
    reference = ModelRun(
      c.original, c.originalConstants, r, o, precision: .double, options: layer.options,
      inputs: inputs)
    original = ModelRun(
      c.original, c.originalConstants, r, o, precision: .stored, options: layer.options,
      inputs: inputs)
    var fed: [ValueID: RuntimeTensor] = [:]
    for (value, tensor) in inputs {
      if let other = c.writtenValue[value] { fed[other] = tensor }
    }
    written = ModelRun(
      c.written, c.writtenConstants, layer.resolvers.written, layer.reads.written,
      precision: .stored, options: layer.options, inputs: fed)
    affected = layer.affectedValues()
    let inMain = c.original.mainGraph
    let inBodies = layer.regions.enumerated().filter { c.graphs[$1.graph].original != inMain }
    watch = BodyWatch(
      inBodies.map { (index: $0.offset, region: $0.element) }, layer.judge, in: c.original)
    holdValues()
  }

  /// Runs everything.
  mutating func run() throws -> SampleResult {
    let watch = watch
    let reference = reference
    while reference.position < reference.nodes.count {
      let position = reference.position
      do {
        let outputs: [ValueID]
        if watch.isEmpty {
          outputs = try reference.step()
        } else {
          outputs = try reference.step { value, tensor in
            try watch.observe(value, tensor) { reference.values[$0] }
          }
        }
        stepOriginal()
        for output in outputs { try compare(output) }
      } catch let error as EvaluationError {
        result.problem = "\(error)"
        if case .badInput = error.problem { result.mayFitOtherwise = true }
        break
      }
      for region in due[position] ?? [] { try judge(region) }
    }
    for region in due[reference.nodes.count] ?? [] where result.problem == nil {
      try judge(region)
    }
    result.progress = reference.position
    for (index, judgement) in watch.judgements { result.add(judgement, of: index) }
    return result
  }

  // MARK: Layer 3

  private mutating func judge(_ index: Int) throws {
    let region = layer.regions[index]
    var inputs: [ValueID: RuntimeTensor] = [:]
    for pair in region.inputs { inputs[pair.original] = try number(pair.original) }
    var made: [ValueID: RuntimeTensor] = [:]
    for pair in region.outputs { made[pair.original] = reference.values[pair.original] }
    result.add(
      try layer.judge.judge(region, inputs: inputs, reference: made, mode: .sure), of: index)
    for pair in region.inputs + region.outputs { reference.release(pair.original) }
  }

  /// A value of the reference; a default that the caller did not override is what is stored.
  private func number(_ value: ValueID) throws -> RuntimeTensor? {
    if let known = reference.values[value] { return known }
    return try layer.correspondence.original[value].initializer.map {
      try RuntimeTensor($0, precision: .double)
    }
  }

  // MARK: Layer 4

  private mutating func stepOriginal() {
    do {
      _ = try original?.step()
    } catch {
      result.gaps.append(gap("the original does not run as deployed: \(error)"))
      original = nil
    }
  }

  /// Lets the written model go on until it has made a value.
  private mutating func advance(to value: ValueID) {
    guard let run = written else { return }
    do {
      while run.values[value] == nil, run.position < run.nodes.count { _ = try run.step() }
    } catch let error as EvaluationError {
      written = nil
      if case .badInput = error.problem {
        result.failures.append(
          failure(run.model[value].name, "the original runs, the written model fails: \(error)"))
      } else {
        result.gaps.append(gap("the written model does not run as deployed: \(error)"))
      }
    } catch {
      written = nil
      result.gaps.append(gap("the written model does not run as deployed: \(error)"))
    }
  }

  private mutating func compare(_ value: ValueID) throws {
    guard isCompared(value), let other = layer.correspondence.writtenValue[value] else { return }
    advance(to: other)
    defer {
      reference.release(value)
      original?.release(value)
      written?.release(other)
    }
    guard let r = reference.values[value], let o = original?.values[value],
      let d = written?.values[other]
    else { return }
    let name = layer.correspondence.original[value].name
    if let problem = RegionJudge.typeProblem(d, r) {
      result.failures.append(failure(name, problem))
      result.disputed.insert(value)
      return
    }
    let isOutput = isOutput(value)
    do {
      let figures = try FigureSums.figures(
        graph: "graph", name: name, written: d, original: o, reference: r, isOutput: isOutput)
      if isOutput { result.outputs.append(figures) }
      if affected.contains(value) { result.values.append(figures) }
      if isOutput, figures.elements == 0, figures.notFinite > 0 {
        result.problem = "the original's output \"\(name)\" is not finite"
      }
    } catch {
      var failure = failure(name, "is not finite where the original is")
      failure.element = error.element
      result.failures.append(failure)
      result.disputed.insert(value)
    }
  }

  // MARK: Parts

  /// Keeps what regions and figures will need.
  private mutating func holdValues() {
    let c = layer.correspondence
    var made: [ValueID: Int] = [:]
    for (position, node) in reference.nodes.enumerated() {
      for output in c.original[node].outputs.compactMap({ $0 }) { made[output] = position }
    }
    for (index, region) in layer.regions.enumerated()
    where c.graphs[region.graph].original == c.original.mainGraph {
      let values = (region.inputs + region.outputs).map(\.original)
      values.forEach { reference.hold($0) }
      let last = values.map { made[$0] ?? -1 }.max() ?? -1
      due[last < 0 ? reference.nodes.count : last, default: []].append(index)
    }
    for value in made.keys where isCompared(value) {
      reference.hold(value)
      original?.hold(value)
      if let other = c.writtenValue[value] { written?.hold(other) }
    }
  }

  private func isOutput(_ value: ValueID) -> Bool {
    let model = layer.correspondence.original
    return model[model.mainGraph].outputs.contains(value)
  }

  private func isCompared(_ value: ValueID) -> Bool {
    (affected.contains(value) || isOutput(value))
      && layer.correspondence.writtenValue[value] != nil
  }

  private func failure(_ subject: String, _ message: String) -> VerificationFailure {
    VerificationFailure(layer: .asDeployed, graph: "graph", subject: subject, message: message)
  }

  private func gap(_ reason: String) -> CoverageGap {
    CoverageGap(layer: .asDeployed, graph: "graph", subject: "model", reason: reason)
  }
}
