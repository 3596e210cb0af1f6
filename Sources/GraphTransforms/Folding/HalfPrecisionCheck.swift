internal import ModelIR

/// Finds folded half-precision numbers that do not fit their type: they overflow at 65504, and
/// lose bits below 2⁻¹⁴.
enum HalfPrecisionCheck {
  /// Sites to keep so that the tensors that do not fit go, with the reasons; none where all fit.
  ///
  /// Of each tensor it is the site that was folded last.
  static func misfits(_ result: FoldResult, _ options: FoldOptions) -> [NodeID: KeepReason] {
    var misfits: [NodeID: KeepReason] = [:]
    for claim in result.claims {
      guard let tensor = result.model[claim.target].initializer, tensor.dataType == .float16,
        let site = claim.steps.last?.affine.last, options.excluded[site] == nil
      else { continue }
      do {
        try tensor.forEachPiece { _, _ in }
      } catch TensorError.doesNotFit(let channel, _, let loss) {
        let name = claim.source.map { result.model[$0].name } ?? result.model[claim.target].name
        misfits[site] = .doesNotFit(tensor: name, channel: channel, loss: text(loss))
      } catch {
        continue
      }
    }
    return misfits
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
