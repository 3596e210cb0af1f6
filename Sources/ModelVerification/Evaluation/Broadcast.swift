/// Right-aligned broadcasting of arrays of Doubles.
enum Broadcast {
  /// The elements of `shape` repeated to fill `target`; nil when they do not fit.
  static func expand(_ numbers: [Double], _ shape: [Int], to target: [Int]) -> [Double]? {
    if shape == target { return numbers }
    let missing = target.count - shape.count
    guard missing >= 0 else { return nil }
    var strides = [Int](repeating: 0, count: target.count)
    var stride = 1
    for axis in descending(from: shape.count - 1) {
      guard shape[axis] == target[axis + missing] || shape[axis] == 1 else { return nil }
      strides[axis + missing] = shape[axis] == 1 ? 0 : stride
      stride *= shape[axis]
    }
    let count = target.reduce(1, *)
    guard numbers.count == stride else { return nil }
    guard count > 0 else { return [] }
    // Along the last axes one element may stand for many, as a channel's bias does.
    var run = 1
    var last = target.count - 1
    while last >= 0, strides[last] == 0 {
      run *= target[last]
      last -= 1
    }
    var result: [Double] = []
    result.reserveCapacity(count)
    var coordinates = [Int](repeating: 0, count: target.count)
    var offset = 0
    for _ in 0..<(count / run) {
      result.append(contentsOf: repeatElement(numbers[offset], count: run))
      for axis in descending(from: last) {
        coordinates[axis] += 1
        offset += strides[axis]
        if coordinates[axis] < target[axis] { break }
        offset -= strides[axis] * target[axis]
        coordinates[axis] = 0
      }
    }
    return result
  }

  /// The shape that two share; nil when they do not fit.
  static func shape(_ a: [Int], _ b: [Int]) -> [Int]? {
    var result: [Int] = []
    for position in 0..<max(a.count, b.count) {
      let x = position < a.count ? a[a.count - 1 - position] : 1
      let y = position < b.count ? b[b.count - 1 - position] : 1
      guard x == y || x == 1 || y == 1 else { return nil }
      result.append(x == 1 ? y : x)
    }
    return result.reversed()
  }

  private static func descending(from last: Int) -> some Sequence<Int> {
    stride(from: last, through: 0, by: -1)
  }
}
