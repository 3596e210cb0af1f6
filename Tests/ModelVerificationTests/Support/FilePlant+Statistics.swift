import GraphTransforms
import ModelFormats
import ModelIR
import ModelVerification
import TestSupport

extension FilePlant {
  static let statistics: [FilePlant] = [
    norm("epsilon 1e-3 for 1e-5") { norm, _, _ in norm.replaceEpsilon(by: 1e-3) },
    norm("epsilon 1e-6 for 1e-5") { norm, _, _ in norm.replaceEpsilon(by: 1e-6) },
    norm("stale running mean") { norm, _, _ in
      for c in norm.mean.indices { norm.mean[c] += 0.1 * norm.deviation(c) }
    },
    norm("mean off by 0.001 sd in one channel") { norm, _, random in
      let c = Int.random(in: norm.mean.indices, using: &random)
      norm.mean[c] += 0.001 * norm.deviation(c)
    },
    norm("wrong channel map") { norm, _, _ in
      norm.permute { ($0 + 1) % $1 }
    },
    norm("transposed groups") { norm, groups, _ in
      guard groups > 1, norm.mean.count % groups == 0 else { return }
      norm.permute { channel, count in
        // Channel m of group g is at g·M + m; taken for m·G + g.
        let members = count / groups
        return channel % members * groups + channel / members
      }
    },
  ]

  /// Folds with other parameters of one BatchNormalization; `groups` are those of the linear node
  /// it went into.
  private static func norm(
    _ name: String,
    _ change: @escaping @Sendable (inout PlantedNorm, _ groups: Int, inout SplitMix64) -> Void
  ) -> FilePlant {
    FilePlant(name) { file, folder, random in
      let sites = file.folded.sites.filter {
        $0.isFolded && $0.kind == .batchNormalization && file.original.model.contains($0.node)
      }
      guard let site = sites.randomElement(using: &random) else { return nil }
      var model = file.original.model
      guard let before = try PlantedNorm(site.node, in: model), !before.mean.isEmpty else {
        return nil
      }
      var after = before
      change(&after, groups(of: site.node, file), &random)
      try after.store(in: site.node, of: &model, insteadOf: before)
      guard let refolded = try file.refolded(model, in: folder) else { return nil }
      let planted = Planted(written: refolded.written, claims: refolded.claims)
      return try changes(planted, file) ? planted : nil
    }
  }

  private static func groups(of norm: NodeID, _ file: FoldedFile) -> Int {
    for claim in file.folded.claims
    where file.original.model.contains(claim.linearNode)
      && claim.steps.contains(where: { $0.affine.contains(norm) && $0.side == .output })
    {
      if case .int(let groups)? = file.original.model[claim.linearNode].attribute("group") {
        return Int(clamping: groups)
      }
    }
    return 1
  }
}
