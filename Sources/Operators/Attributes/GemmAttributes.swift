public import ModelIR

/// The attributes of Gemm in all its opsets: Y = alpha·A′·B′ + beta·C.
///
/// Shapes: A′ [M, K], B′ [K, N] after the transpositions, C broadcast to [M, N] (or absent).
public struct GemmAttributes: Sendable, Hashable {
  /// Multiplies the product; the stored Float widened.
  public var alpha: Double
  /// Multiplies C; the stored Float widened.
  public var beta: Double
  /// A is stored [K, M].
  public var transposesA: Bool
  /// B is stored [N, K].
  public var transposesB: Bool
  /// C may be smaller than [M, N]: always from opset 7 on, by attribute before.
  public var broadcastsC: Bool

  /// Reads the attributes of a Gemm in an opset.
  public init(_ node: Node, opset: Int) throws(AttributeError) {
    alpha = try node.double("alpha", or: 1)
    beta = try node.double("beta", or: 1)
    transposesA = try node.flag("transA")
    transposesB = try node.flag("transB")
    let stated = try node.flag("broadcast")
    broadcastsC = opset >= 7 || stated
  }
}
