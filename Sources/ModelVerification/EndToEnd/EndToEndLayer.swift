internal import GraphEvaluation
internal import ModelIR

/// Layers 3 and 4: both models on whole inputs, in one sweep.
///
/// Three runs advance side by side: R, the original in Double; O, the original as deployed; D, the
/// written model as deployed. Each changed region is judged on R's values while the next node runs,
/// and R goes on, so no error propagates and every bad site is found, not just the first. Every
/// value behind a change is compared between the three, also while the next node runs. Nothing
/// stays alive longer.
struct EndToEndLayer {
  let correspondence: Correspondence
  let resolvers: (original: ConstantResolver, written: ConstantResolver)
  let reads: (original: ModelReads, written: ModelReads)
  /// The changed regions, by position in the report.
  let regions: [Region]
  let judge: RegionJudge
  /// Another one, for regions in bodies, which are judged while the reference runs.
  let watchingJudge: RegionJudge
  let options: EvaluationOptions

  /// Runs one sample.
  ///
  /// Errors: those of reading weights; what the models do stands in the result.
  func run(_ inputs: [ValueID: RuntimeTensor]) throws -> SampleResult {
    var sweep = EndToEndSweep(self, inputs)
    return try sweep.run()
  }

  /// Values of the original's main graph that depend on a changed region.
  func affectedValues() -> Set<ValueID> {
    let model = correspondence.original
    let main = correspondence.graphs.firstIndex { $0.original == model.mainGraph }
    var changed: Set<NodeID> = []
    var hasChangedBodies = false
    for region in regions {
      if region.graph == main {
        changed.formUnion(region.originalNodes)
      } else {
        hasChangedBodies = true
      }
    }
    var affected: Set<ValueID> = []
    for id in model[model.mainGraph].nodes {
      let node = model[id]
      let mayHold =
        hasChangedBodies && (!node.bodies.isEmpty || model.function(calledBy: node) != nil)
      let isAffected =
        changed.contains(id) || mayHold
        || reads.original.values(of: id).contains { affected.contains($0) }
      if isAffected { affected.formUnion(node.outputs.compactMap { $0 }) }
    }
    return affected
  }
}
