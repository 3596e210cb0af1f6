/// How far recorded numbers may lie from the model's: atol + rtol·|expected|.
public struct Tolerances: Sendable, Hashable {
  /// rtol where no name has its own.
  public var relative = 1e-3
  /// atol where no name has its own.
  public var absolute = 1e-5
  /// rtol by value name.
  public var relativeByName: [String: Double] = [:]
  /// atol by value name.
  public var absoluteByName: [String: Double] = [:]

  /// The defaults: rtol 1e-3, atol 1e-5.
  public init() {}

  /// The tolerances of one value.
  public func of(_ name: String) -> (relative: Double, absolute: Double) {
    (relativeByName[name] ?? relative, absoluteByName[name] ?? absolute)
  }
}
