/// Data movement in one form: each axis of the result says where its indices lie in the source.
///
///     result[i₀, i₁, …] = source[start + offsets[0][i₀] + offsets[1][i₁] + …]
///
/// or the fill where one of the offsets is `outside`. Slice, Pad, Tile, Expand, Transpose, Gather
/// along an axis and the like only differ in their offsets.
struct AxisGather: ElementOperation {
  /// Marks an index of the result that lies outside the source.
  static let outside = -1

  private let shape: [Int]
  private let count: Int
  /// Outer axes, each offset that of a whole run.
  private let outer: [[Int]]
  /// Offsets inside a run; nil where they are 0, 1, 2, ….
  private let inner: [Int]?
  private let runLength: Int
  private let start: Int
  /// What stands where nothing of the source does; converted exactly.
  var fill: RuntimeElements = .integer([0])

  /// A gather of a result of `count` elements.
  init(shape: [Int], count: Int, start: Int = 0, offsets: [[Int]]) {
    self.shape = shape
    self.count = count
    var start = start
    var axes = offsets.filter { axis in
      guard axis.count == 1, axis[0] != Self.outside else { return true }
      start += axis[0]
      return false
    }
    var run = 1
    // Axes at the end that together walk through memory make one run.
    while let last = axes.last, Self.isProgression(last, step: run) {
      start += last[0]
      run *= last.count
      axes.removeLast()
    }
    self.start = start
    if run == 1, let last = axes.popLast() {
      inner = last
      runLength = last.count
    } else {
      inner = nil
      runLength = run
    }
    outer = axes
  }

  private static func isProgression(_ offsets: [Int], step: Int) -> Bool {
    guard let first = offsets.first, first != outside else { return false }
    for (index, offset) in offsets.enumerated() where offset != first + index * step {
      return false
    }
    return true
  }

  /// The result's elements.
  func callAsFunction<E: KernelElement>(_ source: [E]) throws -> RuntimeElements {
    let fill: E = E.elements(of: self.fill)?.first ?? 0
    let elements = unsafe [E](unsafeUninitializedCapacity: count) { output, initialized in
      unsafe source.withUnsafeBufferPointer { source in
        forEachRun { position, offset in
          guard let offset else {
            for index in 0..<runLength {
              unsafe output.initializeElement(at: position + index, to: fill)
            }
            return
          }
          guard let inner else {
            let run = unsafe UnsafeBufferPointer(rebasing: source[offset..<(offset + runLength)])
            _ = unsafe UnsafeMutableBufferPointer(rebasing: output[position...]).initialize(
              from: run)
            return
          }
          for index in 0..<runLength {
            let element =
              inner[index] == Self.outside ? fill : unsafe source[offset + inner[index]]
            unsafe output.initializeElement(at: position + index, to: element)
          }
        }
      }
      initialized = count
    }
    return E.wrap(elements)
  }

  /// Calls `body` with the first position of each run in the result and in the source.
  private func forEachRun(_ body: (Int, Int?) -> Void) {
    guard count > 0 else { return }
    var index = [Int](repeating: 0, count: outer.count)
    for run in 0..<(count / runLength) {
      var offset: Int? = start
      for axis in outer.indices {
        let step = outer[axis][index[axis]]
        offset = step == Self.outside ? nil : offset.map { $0 + step }
      }
      body(run * runLength, offset)
      var axis = outer.count - 1
      while axis >= 0 {
        index[axis] += 1
        if index[axis] < outer[axis].count { break }
        index[axis] = 0
        axis -= 1
      }
    }
  }
}

extension KernelContext {
  /// A value made from another one's elements: for each axis of the result the offsets in it.
  func gather(
    _ source: RuntimeTensor, shape: [Int], start: Int = 0, offsets: [[Int]],
    fill: RuntimeElements? = nil
  ) throws -> RuntimeTensor {
    var gather = AxisGather(
      shape: shape, count: try count(of: shape), start: start, offsets: offsets)
    if let fill { gather.fill = fill }
    return RuntimeTensor(
      dataType: source.dataType, shape: shape, elements: try source.elements.apply(gather))
  }
}
