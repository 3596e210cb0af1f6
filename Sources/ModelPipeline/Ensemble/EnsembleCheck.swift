internal import GraphEvaluation
internal import ModelIR
internal import ModelReports
internal import ModelVerification

/// Holds a written ensemble against the mean of its members, each run by itself.
///
/// All run in Double, where the two differ by rounding alone: |y − mean| ≤ 2⁻⁴⁰·max(1, |mean|). A
/// member that is left out or wired wrongly, or a Softmax along another axis, is far beyond.
struct EnsembleCheck {
  let graph: EnsembleGraph
  let written: Model
  let options: VerificationOptions

  private static let bound = 0x1p-40

  /// Runs all on the first sample on which they run.
  ///
  /// Errors: `PipelineError` when the ensemble differs; those of reading weights.
  func run() throws -> EnsembleReport.Check {
    var problem = "no input could be made up"
    let candidates: [InputSample]
    do {
      candidates = try InputSample.candidates(for: written, options: options)
    } catch let error as SampleProblem {
      return .notRun(error.reason)
    }
    for sample in candidates {
      do {
        return try compare(sample)
      } catch let error as EvaluationError {
        problem = "\(error)"
      }
    }
    return .notRun(problem)
  }

  private func compare(_ sample: InputSample) throws -> EnsembleReport.Check {
    let main = written[written.mainGraph]
    let made = try runner(written).run(sample.values)
    var means: [String: [Double]] = [:]
    for member in graph.members {
      for (name, numbers) in try outputs(of: member, sample) {
        let share = numbers.map { $0 / Double(graph.members.count) }
        means[name] = means[name].map { zip($0, share).map(+) } ?? share
      }
    }
    var worst = 0.0
    for output in main.outputs {
      let name = written[output].name
      guard let found = made[output]?.doubles(), let expected = means[name],
        found.count == expected.count
      else { throw PipelineError.bug("output \"\(name)\" has not the extents of its members'") }
      for (y, mean) in zip(found, expected) {
        guard y.isFinite || mean.isFinite else { continue }
        let error = (y - mean).magnitude / max(1, mean.magnitude)
        guard error <= Self.bound else {
          throw PipelineError.bug("output \"\(name)\" is \(y) where its members' mean is \(mean)")
        }
        worst = max(worst, error)
      }
    }
    return .passed(
      inputs: sample.origins.map { "\($0.name): \($0.numbers)" }, worst: worst, bound: Self.bound)
  }

  /// What a member makes by itself, by the ensemble's names, as probabilities.
  private func outputs(
    of member: EnsembleMember, _ sample: InputSample
  ) throws -> [String: [Double]] {
    let ports = written[written.mainGraph]
    let names = ports.inputs.filter { sample.values[$0] != nil }.map { written[$0].name }
    var inputs: [ValueID: RuntimeTensor] = [:]
    let required = written.requiredInputs(of: written.mainGraph)
    let order = EnsembleGraph.order(
      member.names(member.inputs), required.map { written[$0].name })
    for (input, position) in zip(member.inputs, order) {
      guard let value = sample.values[required[position]] else {
        throw PipelineError.bug("no value was made up for one of \(names)")
      }
      inputs[input] = value
    }
    let made = try runner(member.model).run(inputs)
    var result: [String: [Double]] = [:]
    let places = EnsembleGraph.order(
      member.names(member.outputs), ports.outputs.map { written[$0].name })
    for (index, output) in member.outputs.enumerated() {
      guard let tensor = made[output] else { continue }
      let name = written[ports.outputs[places[index]]].name
      result[name] =
        member.softmaxAxes[index].map { Self.softmax(tensor.doubles(), tensor.shape, axis: $0) }
        ?? tensor.doubles()
    }
    return result
  }

  private func runner(_ model: Model) -> GraphRunner {
    GraphRunner(model: model, precision: .double, options: options.evaluation)
  }

  /// exp(x − max) / Σ exp(x − max) along an axis.
  static func softmax(_ numbers: [Double], _ shape: [Int], axis: Int) -> [Double] {
    let extent = shape[axis]
    let inner = shape[(axis + 1)...].reduce(1, *)
    var result = numbers
    for start in numbers.indices where start / inner % max(1, extent) == 0 {
      let line = stride(from: start, to: start + extent * inner, by: inner)
      let largest = line.lazy.map { numbers[$0] }.max() ?? 0
      let powers = line.map { Exponential.of(numbers[$0] - largest) }
      let sum = powers.reduce(0, +)
      for (place, power) in zip(line, powers) { result[place] = power / sum }
    }
    return result
  }
}
