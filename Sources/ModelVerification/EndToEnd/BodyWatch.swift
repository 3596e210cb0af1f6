internal import GraphEvaluation
internal import ModelIR

/// Layer 3 inside bodies and functions: collects what the original computes there and judges a
/// region each time that its last value has been made.
final class BodyWatch {
  private let regions: [(index: Int, region: Region)]
  private let judge: RegionJudge
  private var triggers: [ValueID: [Int]] = [:]
  private var watched: Set<ValueID> = []
  private var latest: [ValueID: RuntimeTensor] = [:]
  private var runs: [Int: Int] = [:]
  /// What was judged, by position in the list of changed regions.
  private(set) var judgements: [(index: Int, judgement: RegionJudge.Judgement)] = []
  /// Iterations of one region that are judged on one sample.
  private static let maximumRuns = 64

  init(_ regions: [(index: Int, region: Region)], _ judge: RegionJudge, in model: Model) {
    self.regions = regions
    self.judge = judge
    for (position, (_, region)) in regions.enumerated() {
      let values = region.inputs.map(\.original) + region.outputs.map(\.original)
      watched.formUnion(values)
      guard let graph = region.originalNodes.first.map({ model[$0].graph }) else { continue }
      var order: [ValueID: Int] = [:]
      for (place, node) in model[graph].nodes.enumerated() {
        for output in model[node].outputs.compactMap({ $0 }) { order[output] = place }
      }
      let last = values.max { (order[$0] ?? -1) < (order[$1] ?? -1) }
      if let last { triggers[last, default: []].append(position) }
    }
  }

  /// Whether there is anything to watch.
  var isEmpty: Bool { regions.isEmpty }

  /// Takes a value that the original made; `outer` knows those of the main graph.
  func observe(
    _ value: ValueID, _ tensor: RuntimeTensor, _ outer: (ValueID) -> RuntimeTensor?
  ) throws {
    guard watched.contains(value) else { return }
    latest[value] = tensor
    for position in triggers[value] ?? [] {
      let (index, region) = regions[position]
      runs[index, default: 0] += 1
      guard runs[index, default: 0] <= Self.maximumRuns else { continue }
      var inputs: [ValueID: RuntimeTensor] = [:]
      for pair in region.inputs {
        inputs[pair.original] = latest[pair.original] ?? outer(pair.original)
      }
      var reference: [ValueID: RuntimeTensor] = [:]
      for pair in region.outputs { reference[pair.original] = latest[pair.original] }
      judgements.append(
        (index, try judge.judge(region, inputs: inputs, reference: reference, mode: .sure)))
    }
  }
}
