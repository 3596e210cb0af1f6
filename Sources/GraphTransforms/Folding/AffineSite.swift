internal import ModelIR

/// A site whose affine is known: x → node → y with y = scale·x + shift per channel.
struct AffineSite {
  var node: NodeID
  /// The value that varies.
  var input: ValueID
  /// The result.
  var output: ValueID
  /// What the node does, on the result's axes (which are the input's).
  var affine: ChannelAffine
}
