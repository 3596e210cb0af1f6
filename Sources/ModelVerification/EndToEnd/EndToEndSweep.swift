internal import GraphEvaluation
internal import ModelIR

/// One sample on its way through both models.
///
/// Four things go on at once: the next stretch of R, the same stretch of O and D, and, of what was
/// made one stretch before, the judging of regions and the comparison of values.
struct EndToEndSweep {
  /// A region with the numbers on which it is to be judged.
  private struct RegionCase {
    var index: Int
    var inputs: [ValueID: RuntimeTensor]
    var reference: [ValueID: RuntimeTensor]
  }

  /// A value as all three made it.
  private struct ValueCase {
    var value: ValueID
    var made: (original: RuntimeTensor, written: RuntimeTensor)
    var reference: RuntimeTensor
  }

  /// Values to compare of one stretch, about.
  private static let mostCompared = 4

  private let layer: EndToEndLayer
  private let reference: ModelRun
  private let deployed: DeployedRuns
  private let watch: BodyWatch
  private let affected: Set<ValueID>
  /// Regions to judge once the node at a position has run.
  private var due: [Int: [Int]] = [:]
  /// What was made and has not been looked at.
  private var pending: (regions: [RegionCase], values: [ValueCase]) = ([], [])
  private var result = SampleResult()

  init(_ layer: EndToEndLayer, _ inputs: [ValueID: RuntimeTensor]) {
    self.layer = layer
    let c = layer.correspondence
    reference = ModelRun(
      c.original, c.originalConstants, layer.resolvers.original, layer.reads.original,
      precision: .double, options: layer.options, inputs: inputs)
    deployed = DeployedRuns(layer, inputs)
    affected = layer.affectedValues()
    let inMain = c.original.mainGraph
    let inBodies = layer.regions.enumerated().filter { c.graphs[$1.graph].original != inMain }
    watch = BodyWatch(
      inBodies.map { (index: $0.offset, region: $0.element) }, layer.watchingJudge,
      in: c.original)
    holdValues()
  }

  /// Runs everything.
  mutating func run() throws -> SampleResult {
    let (reference, deployed, watch) = (reference, deployed, watch)
    while reference.position < reference.nodes.count {
      let start = reference.position
      let made = stretch(from: start)
      var steps = Result<Void, any Error>.success(())
      try lookAtPending(beside: [
        { steps = Result { for _ in made { try Self.step(reference, watch) } } },
        { for (index, values) in made.enumerated() { deployed.follow(start + index, to: values) } },
      ])
      deployed.report(before: reference.position, into: &result)
      for position in start..<reference.position {
        made[position - start].forEach { collect($0) }
        for region in due[position] ?? [] { try collect(region: region) }
      }
      do {
        try steps.get()
      } catch let error as EvaluationError {
        result.problem = "\(error)"
        if case .badInput = error.problem { result.mayFitOtherwise = true }
        break
      }
    }
    try lookAtPending()
    if result.problem == nil {
      for region in due[reference.nodes.count] ?? [] { try collect(region: region) }
      try lookAtPending()
    }
    result.progress = reference.position
    for (index, judgement) in watch.judgements { result.add(judgement, of: index) }
    return result
  }

  /// The values to compare of each of the next nodes, up to one after which regions are judged:
  /// with one such node in each stretch, what goes on at once is of about the same size.
  private func stretch(from start: Int) -> [[ValueID]] {
    var result: [[ValueID]] = []
    var count = 0
    for position in start..<reference.nodes.count {
      let node = layer.correspondence.original[reference.nodes[position]]
      result.append(node.outputs.compactMap { $0 }.filter(isCompared))
      count += result[result.count - 1].count
      // All these values are alive together.
      if due[position] != nil || count >= Self.mostCompared { break }
    }
    return result
  }

  private static func step(_ reference: ModelRun, _ watch: BodyWatch) throws {
    if watch.isEmpty {
      _ = try reference.step()
    } else {
      _ = try reference.step { value, tensor in
        try watch.observe(value, tensor) { reference.values[$0] }
      }
    }
  }

  // MARK: What was made

  private mutating func collect(_ value: ValueID) {
    let made = deployed.take(value)
    let expected = reference.values[value]
    reference.release(value)
    guard let made, let expected else { return }
    pending.values.append(ValueCase(value: value, made: made, reference: expected))
  }

  private mutating func collect(region index: Int) throws {
    let region = layer.regions[index]
    var inputs: [ValueID: RuntimeTensor] = [:]
    for pair in region.inputs { inputs[pair.original] = try number(pair.original) }
    var made: [ValueID: RuntimeTensor] = [:]
    for pair in region.outputs { made[pair.original] = reference.values[pair.original] }
    for pair in region.inputs + region.outputs { reference.release(pair.original) }
    pending.regions.append(RegionCase(index: index, inputs: inputs, reference: made))
  }

  /// A value of the reference; a default that the caller did not override is what is stored.
  private func number(_ value: ValueID) throws -> RuntimeTensor? {
    if let known = reference.values[value] { return known }
    return try layer.correspondence.original[value].initializer.map {
      try RuntimeTensor($0, precision: .double)
    }
  }

  // MARK: Looking at it

  /// Judges and compares what is pending, at once with other tasks.
  private mutating func lookAtPending(beside others: [() -> Void] = []) throws {
    let (layer, regions, values) = (layer, pending.regions, pending.values)
    pending = ([], [])
    var judgements = Result<[RegionJudge.Judgement], any Error>.success([])
    var figures: [Result<ValueFigures, any Error>] = []
    var tasks = others
    // What takes longest comes first.
    if !regions.isEmpty {
      tasks.insert(
        {
          judgements = Result {
            try regions.map {
              try layer.judge.judge(
                layer.regions[$0.index], inputs: $0.inputs, reference: $0.reference, mode: .sure)
            }
          }
        }, at: 0)
    }
    if !values.isEmpty { tasks.append { figures = values.map { Self.figures($0, layer) } } }
    Together.run(threads: layer.options.threads, tasks)
    for (region, judgement) in zip(regions, try judgements.get()) {
      result.add(judgement, of: region.index)
    }
    for (value, figures) in zip(values, figures) { try take(figures, of: value.value) }
  }

  /// A value of D that is not even of R's type and shape.
  private struct OtherType: Error {
    var problem: String
  }

  private static func figures(
    _ value: ValueCase, _ layer: EndToEndLayer
  ) -> Result<ValueFigures, any Error> {
    Result {
      let (o, d, r) = (value.made.original, value.made.written, value.reference)
      // Where O's shape is not R's, D's says nothing.
      if o.shape == r.shape, let problem = RegionJudge.typeProblem(d, r) {
        throw OtherType(problem: problem)
      }
      let model = layer.correspondence.original
      return try FigureSums.figures(
        graph: "graph", name: model[value.value].name, written: d, original: o, reference: r,
        isOutput: model[model.mainGraph].outputs.contains(value.value))
    }
  }

  private mutating func take(
    _ figures: Result<ValueFigures, any Error>, of value: ValueID
  ) throws {
    do {
      let figures = try figures.get()
      let isOutput = isOutput(value)
      if isOutput { result.outputs.append(figures) }
      if affected.contains(value) { result.values.append(figures) }
      if isOutput, figures.elements == 0, figures.notFinite > 0 {
        result.problem = "the original's output \"\(figures.name)\" is not finite"
      }
    } catch let difference as OtherType {
      fail(value, difference.problem)
    } catch FigureSums.Problem.notFinite(let element) {
      fail(value, "is not finite where the original is", element)
    } catch FigureSums.Problem.undecidedShape {
      result.gaps.append(
        CoverageGap(
          layer: .asDeployed, graph: "graph", subject: name(value),
          reason: "its shape depends on rounding: the original's own differs from that in Double"))
    }
  }

  private mutating func fail(
    _ value: ValueID, _ message: String, _ element: ElementDifference? = nil
  ) {
    result.failures.append(
      VerificationFailure(
        layer: .asDeployed, graph: "graph", subject: name(value), message: message,
        element: element))
    result.disputed.insert(value)
  }

  private func name(_ value: ValueID) -> String { layer.correspondence.original[value].name }

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
      deployed.hold(value)
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
}
