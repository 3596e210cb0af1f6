import Foundation
import ModelIR
import Testing

@testable import GraphEvaluation

/// Whole models, against onnxruntime with its optimizations off.
@Suite(.enabled(if: RuntimeRecording.python != nil)) struct CrossCheckTests {
  /// Each node gets the values that onnxruntime had, so no error is carried on: our result and
  /// onnxruntime's both lie within the bound of rounding around the result in Double.
  ///
  /// Then the whole model runs: its outputs lie as near to those in Double as onnxruntime's.
  @Test func modelsAgree() throws {
    var nodes = 0
    try RuntimeRecording.forEach { recording in
      if recording.isComplete {
        for node in recording.model[recording.model.mainGraph].nodes {
          try check(node, of: recording)
          nodes += 1
        }
      }
      try checkOutputs(of: recording)
    }
    // The samples alone have as many.
    #expect(nodes >= 60)
  }

  private func check(_ id: NodeID, of recording: RuntimeRecording) throws {
    let node = recording.model[id]
    let what = "\(recording.name): \(node.opType) \"\(node.name)\""
    let inputs = try self.inputs(id, of: recording)
    let ours = try run(id, inputs, .stored, recording)
    let exact = try run(id, inputs, .double, recording)
    let bounds = try RoundingBound(recording: recording).bounds(id, inputs, exact: exact)
    for case let output? in node.outputs {
      guard let found = ours[output], let wanted = recording.made[output],
        let reference = exact[output]
      else {
        Issue.record("\(what): output \"\(recording.model[output].name)\" is missing")
        continue
      }
      #expect(found.shape == wanted.shape, "\(what)")
      #expect(found.dataType == wanted.dataType, "\(what)")
      let r = reference.doubles()
      let u = wanted.dataType.unitRoundoff ?? 0
      let bound = bounds?[output] ?? near(wanted.doubles(), r, u)
      // Half is computed in Float and then rounded here; onnxruntime computes it in half.
      let step = u > RoundingBound.computed ? u : 0
      let coarseness = max(1, u / RoundingBound.computed)
      for (who, values, factor) in [
        ("bnfold", found.doubles(), 1), ("onnxruntime", wanted.doubles(), coarseness),
      ] {
        #expect(values.count == r.count, "\(what)")
        let worst = r.indices.first {
          !agree(values[$0], r[$0], factor * bound[$0] + step * r[$0].magnitude + 1e-45)
        }
        if let worst {
          Issue.record(
            "\(what): \(who) has \(values[worst]) at \(worst), \(r[worst]) ± \(bound[worst])")
        }
      }
    }
  }

  /// Where a node has no bound of its own (bodies, functions): four times as far as onnxruntime.
  private func near(_ wanted: [Double], _ exact: [Double], _ u: Double) -> [Double] {
    let distance = zip(wanted, exact).map { ($0 - $1).magnitude }.filter(\.isFinite).max() ?? 0
    let scale = exact.filter(\.isFinite).map(\.magnitude).max() ?? 0
    return exact.map { _ in 4 * distance + 16 * u * scale }
  }

  private func agree(_ a: Double, _ b: Double, _ bound: Double) -> Bool {
    a == b || (a.isNaN && b.isNaN) || (a - b).magnitude <= bound
      || (a.isInfinite && b.magnitude > 1e38)
  }

  /// What a node reads: onnxruntime's values, and constants.
  private func inputs(
    _ id: NodeID, of recording: RuntimeRecording
  ) throws -> [ValueID: RuntimeTensor] {
    var values = recording.inputs.merging(recording.made) { $1 }
    let runner = GraphRunner(model: recording.model, precision: .stored)
    for case let input? in recording.model[id].inputs where values[input] == nil {
      values[input] = try runner.constant(input)
    }
    guard recording.model[id].bodies.isEmpty else { return values }
    return values.filter { recording.model[id].inputs.contains($0.key) }
  }

  private func run(
    _ id: NodeID, _ inputs: [ValueID: RuntimeTensor], _ precision: EvaluationPrecision,
    _ recording: RuntimeRecording
  ) throws -> [ValueID: RuntimeTensor] {
    var values = inputs
    for case let output? in recording.model[id].outputs { values[output] = nil }
    try GraphRunner(
      model: recording.model, precision: precision, options: EvaluationOptions(threads: 2)
    ).run(nodes: [id], values: &values)
    return values
  }

  private func checkOutputs(of recording: RuntimeRecording) throws {
    let model = recording.model
    let ours = try GraphRunner(model: model, precision: .stored).run(recording.inputs)
    let exact = try GraphRunner(model: model, precision: .double).run(recording.inputs)
    for id in model[model.mainGraph].outputs {
      guard let found = ours[id], let wanted = recording.made[id], let reference = exact[id]
      else { continue }
      let (a, r, b) = (found.doubles(), reference.doubles(), wanted.doubles())
      let bound = near(b, r, wanted.dataType.unitRoundoff ?? 0)
      #expect(a.count == r.count, "\(recording.name)")
      if let worst = r.indices.first(where: { !agree(a[$0], r[$0], bound[$0]) }) {
        Issue.record(
          """
          \(recording.name): "\(model[id].name)"[\(worst)] is \(a[worst]), in Double \(r[worst]), \
          by onnxruntime \(b[worst])
          """)
      }
    }
  }
}
