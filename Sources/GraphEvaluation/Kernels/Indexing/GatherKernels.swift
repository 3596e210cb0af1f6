internal import ModelIR

/// Operators that read elements at computed places.
///
/// Negative indices count from the end; an index outside is an error.
/// Source: ONNX operators Gather-1…13, GatherElements-11/13, GatherND-11…13, Compress-9/11.
enum GatherKernels {
  static let table: [KernelEntry] = [
    KernelEntry("Gather") { try gather($0) },
    KernelEntry("GatherElements") { try gatherElements($0) },
    KernelEntry("GatherND") { try gatherND($0) },
    KernelEntry("Compress") { try compress($0) },
    KernelEntry("ReverseSequence") { try reverseSequence($0) },
  ]

  /// An index of an axis, counted from the front.
  static func place(_ index: Int64, in extent: Int) throws -> Int {
    guard index >= -Int64(extent), index < Int64(extent) else {
      throw EvaluationError.Problem.badInput("index \(index) of an axis of \(extent)")
    }
    return index < 0 ? Int(index) + extent : Int(index)
  }

  private static func gather(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let (x, indices) = (try context.input(0), try context.input(1))
    let axis = try Axes.normalize(try context.int("axis", default: 0), rank: x.rank)
    let strides = x.strides
    var offsets = x.shape.indices.map { SlicingKernels.whole(x.shape[$0], strides[$0]) }
    offsets[axis] = try context.integers(1).map {
      try place($0, in: x.shape[axis]) * strides[axis]
    }
    var shape = x.shape
    shape.replaceSubrange(axis...axis, with: indices.shape)
    // The indices count as one axis whatever their shape.
    let flat = try context.gather(x, shape: offsets.map(\.count), offsets: offsets)
    return [flat.reshaped(shape)]
  }

  private static func gatherElements(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let (x, indices) = (try context.input(0), try context.input(1))
    let axis = try Axes.normalize(try context.int("axis", default: 0), rank: x.rank)
    let places = try ElementPlaces(indices, axis: axis, in: x)
    return [try context.pick(x, shape: indices.shape, places.offsets)]
  }

  private static func gatherND(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let (x, indices) = (try context.input(0), try context.input(1))
    let places = try TuplePlaces(
      indices, in: x, batchAxes: try context.int("batch_dims", default: 0))
    var offsets: [Int] = []
    offsets.reserveCapacity(try context.count(of: places.resultShape))
    for offset in places.offsets { offsets.append(contentsOf: offset..<(offset + places.length)) }
    return [try context.pick(x, shape: places.resultShape, offsets)]
  }

  private static func compress(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let x = try context.input(0)
    let chosen = try context.integers(1).enumerated().filter { $0.element != 0 }.map(\.offset)
    guard let axis = try context.int("axis") else {
      guard chosen.allSatisfy({ $0 < x.count }) else {
        throw EvaluationError.Problem.badInput("a condition longer than \(x.count) elements")
      }
      return [try context.pick(x, shape: [chosen.count], chosen)]
    }
    let place = try Axes.normalize(axis, rank: x.rank)
    guard chosen.allSatisfy({ $0 < x.shape[place] }) else {
      throw EvaluationError.Problem.badInput("a condition longer than the axis")
    }
    let strides = x.strides
    var offsets = x.shape.indices.map { SlicingKernels.whole(x.shape[$0], strides[$0]) }
    offsets[place] = chosen.map { $0 * strides[place] }
    return [try context.gather(x, shape: offsets.map(\.count), offsets: offsets)]
  }

  private static func reverseSequence(_ context: KernelContext) throws -> [RuntimeTensor?] {
    let x = try context.input(0)
    let lengths = try context.integers(1)
    let batch = try Axes.normalize(try context.int("batch_axis", default: 1), rank: x.rank)
    let time = try Axes.normalize(try context.int("time_axis", default: 0), rank: x.rank)
    guard batch != time, lengths.count == x.shape[batch],
      lengths.allSatisfy({ $0 >= 0 && $0 <= Int64(x.shape[time]) })
    else { throw EvaluationError.Problem.badInput("lengths \(lengths) of \(x.shape)") }
    let strides = x.strides
    let offsets = (0..<x.count).map { element in
      let step = element / strides[time] % x.shape[time]
      let length = Int(lengths[element / strides[batch] % x.shape[batch]])
      return step < length ? element + (length - 1 - 2 * step) * strides[time] : element
    }
    return [try context.pick(x, shape: x.shape, offsets)]
  }
}

/// Copies the elements at some offsets.
private struct Pick: ElementOperation {
  let offsets: [Int]

  func callAsFunction<E: KernelElement>(_ elements: [E]) throws -> RuntimeElements {
    E.wrap(offsets.map { elements[$0] })
  }
}

extension KernelContext {
  /// A value of the elements at `offsets` of another, one for each element of `shape`.
  func pick(_ source: RuntimeTensor, shape: [Int], _ offsets: [Int]) throws -> RuntimeTensor {
    RuntimeTensor(
      dataType: source.dataType, shape: shape,
      elements: try source.elements.apply(Pick(offsets: offsets)))
  }
}
