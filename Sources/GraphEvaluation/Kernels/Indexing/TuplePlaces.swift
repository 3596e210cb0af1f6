/// Where the slices begin that tuples of indices name (GatherND and ScatterND).
struct TuplePlaces {
  /// One offset into the data for each tuple.
  let offsets: [Int]
  /// Elements of one slice.
  let length: Int
  /// The shape of all slices together.
  let resultShape: [Int]

  /// The last axis of `indices` holds tuples; the first `batchAxes` axes of both are the same.
  init(_ indices: RuntimeTensor, in data: RuntimeTensor, batchAxes: Int = 0) throws {
    guard let list = indices.integers, let width = indices.shape.last, batchAxes >= 0,
      batchAxes < indices.rank, batchAxes + width <= data.rank,
      indices.shape.prefix(batchAxes) == data.shape.prefix(batchAxes)
    else {
      throw EvaluationError.Problem.badInput(
        "indices of shape \(indices.shape) for data of shape \(data.shape)")
    }
    let strides = data.strides
    let tuples = indices.shape.dropLast().reduce(1, *)
    let batches = data.shape.prefix(batchAxes).reduce(1, *)
    let batchLength = data.shape.dropFirst(batchAxes).reduce(1, *)
    offsets = try (0..<tuples).map { tuple in
      var offset = tuple / max(1, tuples / max(1, batches)) * batchLength
      for position in 0..<width {
        let axis = batchAxes + position
        offset +=
          try GatherKernels.place(list[tuple * width + position], in: data.shape[axis])
          * strides[axis]
      }
      return offset
    }
    let rest = data.shape[(batchAxes + width)...]
    length = rest.reduce(1, *)
    resultShape = indices.shape.dropLast() + rest
  }
}
