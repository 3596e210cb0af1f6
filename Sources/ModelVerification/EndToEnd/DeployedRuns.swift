internal import GraphEvaluation
internal import ModelIR

/// Layer 4's O and D: both models as deployed, beside the reference.
final class DeployedRuns {
  private let correspondence: Correspondence
  private var original: ModelRun?
  private var written: ModelRun?
  /// What was found since `report`, with the place of the original's node.
  private var failures: [(position: Int, failure: VerificationFailure)] = []
  private var gaps: [(position: Int, gap: CoverageGap)] = []

  init(_ layer: EndToEndLayer, _ inputs: [ValueID: RuntimeTensor]) {
    let c = layer.correspondence
    correspondence = c
    original = ModelRun(
      c.original, c.originalConstants, layer.resolvers.original, layer.reads.original,
      precision: .stored, options: layer.options, inputs: inputs)
    var fed: [ValueID: RuntimeTensor] = [:]
    for (value, tensor) in inputs {
      if let other = c.writtenValue[value] { fed[other] = tensor }
    }
    written = ModelRun(
      c.written, c.writtenConstants, layer.resolvers.written, layer.reads.written,
      precision: .stored, options: layer.options, inputs: fed)
  }

  /// Keeps a value of the original, and the same of the written model, until `take`.
  func hold(_ value: ValueID) {
    original?.hold(value)
    if let other = correspondence.writtenValue[value] { written?.hold(other) }
  }

  /// Runs the original's next node, which stands at `position`, and the written model until it has
  /// made the same values.
  func follow(_ position: Int, to values: [ValueID]) {
    do {
      _ = try original?.step()
    } catch {
      gaps.append((position, gap("the original does not run as deployed: \(error)")))
      original = nil
    }
    for value in values {
      if let other = correspondence.writtenValue[value] { advance(to: other, at: position) }
    }
  }

  /// What both made of a value, which they need not keep any longer.
  func take(_ value: ValueID) -> (original: RuntimeTensor, written: RuntimeTensor)? {
    guard let other = correspondence.writtenValue[value] else { return nil }
    defer {
      original?.release(value)
      written?.release(other)
    }
    guard let o = original?.values[value], let d = written?.values[other] else { return nil }
    return (o, d)
  }

  /// Adds what went wrong at nodes before a place: the reference did not come further, so that what
  /// happens there says nothing.
  func report(before end: Int, into result: inout SampleResult) {
    result.failures += failures.filter { $0.position < end }.map(\.failure)
    result.gaps += gaps.filter { $0.position < end }.map(\.gap)
    (failures, gaps) = ([], [])
  }

  private func advance(to value: ValueID, at position: Int) {
    guard let run = written else { return }
    do {
      while run.values[value] == nil, run.position < run.nodes.count { _ = try run.step() }
    } catch let error as EvaluationError {
      written = nil
      if case .badInput = error.problem {
        let failure = VerificationFailure(
          layer: .asDeployed, graph: "graph", subject: run.model[value].name,
          message: "the original runs, the written model fails: \(error)")
        failures.append((position, failure))
      } else {
        gaps.append((position, gap("the written model does not run as deployed: \(error)")))
      }
    } catch {
      written = nil
      gaps.append((position, gap("the written model does not run as deployed: \(error)")))
    }
  }

  private func gap(_ reason: String) -> CoverageGap {
    CoverageGap(layer: .asDeployed, graph: "graph", subject: "model", reason: reason)
  }
}
