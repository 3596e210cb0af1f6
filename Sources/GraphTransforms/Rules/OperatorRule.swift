internal import ModelIR

/// How one operator family meets an affine.
///
/// A rule writes its changes into the draft and names where the affine goes on; no demands mean
/// that it ended here. It throws the reason where it can do neither.
protocol OperatorRule: Sendable {
  /// The name by which users switch it on and off.
  var name: String { get }
  /// What it does, for `--rules`.
  var summary: String { get }
  /// The operators of the standard that it knows.
  var operators: [String] { get }

  /// The affine is wanted at an output of the node: gives it to the node, or to its inputs.
  func backward(
    _ affine: ChannelAffine, output: Int, at visit: Visit, draft: inout FoldDraft
  ) throws(KeepReason) -> [Demand]

  /// The affine has been left out before these inputs of the node: gives it to the node, or to its
  /// outputs.
  func forward(
    _ affine: ChannelAffine, inputs: [Int], at visit: Visit, draft: inout FoldDraft
  ) throws(KeepReason) -> [Demand]
}

extension OperatorRule {
  func backward(
    _ affine: ChannelAffine, output: Int, at visit: Visit, draft: inout FoldDraft
  ) throws(KeepReason) -> [Demand] { throw .notLinear(visit.blocker) }

  func forward(
    _ affine: ChannelAffine, inputs: [Int], at visit: Visit, draft: inout FoldDraft
  ) throws(KeepReason) -> [Demand] { throw .notLinear(visit.blocker) }
}

/// Where an affine goes on: an input's value when it moves backward, an output's when forward.
struct Demand {
  var value: ValueID
  var affine: ChannelAffine
}
