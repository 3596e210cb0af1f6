/// What goes into a batch normalization while the statistics of another one before it are being
/// estimated.
public enum ForwardMode: String, Sendable, Hashable, CaseIterable {
  /// As in training: every batch normalization uses the statistics of the mini-batch. One pass.
  case batch
  /// As deployed: every batch normalization uses the statistics that were estimated for it. One
  /// pass for each depth.
  case running
}
