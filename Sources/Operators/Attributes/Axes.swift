/// Axis numbers as attributes give them: counted from the end when negative.
public enum Axes {
  /// `axis` counted from the front; nil when it lies outside −rank ..< rank.
  public static func resolve(_ axis: Int, rank: Int) -> Int? {
    let resolved = axis < 0 ? axis &+ rank : axis
    return resolved >= 0 && resolved < rank ? resolved : nil
  }

  /// All of `axes` counted from the front, in their order; nil when one lies outside the rank or
  /// two are the same.
  public static func resolve(_ axes: [Int], rank: Int) -> [Int]? {
    guard axes.count <= rank else { return nil }
    var result: [Int] = []
    var seen: Set<Int> = []
    for axis in axes {
      guard let resolved = resolve(axis, rank: rank), seen.insert(resolved).inserted else {
        return nil
      }
      result.append(resolved)
    }
    return result
  }
}
