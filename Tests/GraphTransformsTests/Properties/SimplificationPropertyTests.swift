import GraphEvaluation
import GraphTransforms
import ModelIR
import ModelVerification
import TestSupport
import Testing

/// Random networks, simplified, folded and verified: the same function, and no false alarm.
@Suite struct SimplificationPropertyTests {
  @Test func randomNetworksStayWhatTheyAre() throws {
    var removed = 0
    for seed in 0..<UInt64(FoldPropertyTests.count) {
      let graph = RandomGraph(seed: seed)
      let original = graph.builder.model
      var options = FoldOptions()
      options.simplifies = seed % 4 != 0
      options.mergesLayers = seed % 3 == 0
      options.allowsAdd = seed % 5 == 0
      let result = FoldPass(options).run(original, constants: KernelConstantEvaluator())
      let story = original.nodes.compactMap { $0?.opType }.joined(separator: " → ")
      let name = "seed \(seed): \(story)"
      #expect(result.model[result.model.mainGraph].nodes.count <= original.nodes.count, "\(name)")
      removed += original.nodes.count - result.model[result.model.mainGraph].nodes.count
      let feeds = graph.builder.feeds
      let expected = try DoubleRun.outputs(original, feeds, unrounded: false)
      let found = try DoubleRun.outputs(result.model, feeds, unrounded: true)
      let distance = zip(found, expected).map { $0.distance(to: $1) }.max() ?? .infinity
      // Constants that follow from shapes are stored in their own precision.
      #expect(distance <= 1e-4, "\(name)")
      let report = try Verifier(
        original: original, written: FoldCheck.stored(result.model),
        claims: NamedClaim.claims(result.claims, in: result.model)
      ).verify()
      #expect(report.verdict == .passed, "\(name): \(report.failures.prefix(2)) \(report.gaps)")
    }
    #expect(removed > FoldPropertyTests.count)
  }
}
