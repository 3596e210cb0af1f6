internal import ModelIR

/// Finds folded half-precision numbers that do not fit their type: they overflow at 65504, and
/// lose bits below 2⁻¹⁴.
enum HalfPrecisionCheck {
  /// A site to keep so that the first tensor that does not fit goes, with the reason; nil where
  /// all fit.
  static func firstMisfit(
    _ result: FoldResult, _ options: FoldOptions
  ) -> (NodeID, KeepReason)? {
    for claim in result.claims {
      guard let tensor = result.model[claim.target].initializer, tensor.dataType == .float16,
        let site = claim.steps.last?.affine.last, options.excluded[site] == nil
      else { continue }
      do {
        try tensor.forEachPiece { _, _ in }
      } catch TensorError.doesNotFit(let channel, _, let loss) {
        let name = claim.source.map { result.model[$0].name } ?? result.model[claim.target].name
        return (site, .doesNotFit(tensor: name, channel: channel, loss: text(loss)))
      } catch {
        continue
      }
    }
    return nil
  }

  /// What is lost, in words.
  static func text(_ loss: TensorError.Loss) -> String {
    switch loss {
    case .overflow: "a number is larger than the type's largest"
    case .underflow: "bits are lost among the smallest numbers"
    case .notFinite: "a number is NaN or infinite"
    }
  }
}
