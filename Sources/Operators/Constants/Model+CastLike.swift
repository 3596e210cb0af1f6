public import ModelIR

extension Model {
  /// The type to which a CastLike converts, where the model states it: that of what is alike, whose
  /// numbers do not count.
  public func castLikeType(_ node: Node) -> DataType? {
    guard node.isStandard("CastLike"), let other = node.input(1) else { return nil }
    return self[other].initializer?.dataType ?? self[other].type?.dataType
  }
}
