/// Where the elements lie that an index tensor names along one axis (GatherElements and
/// ScatterElements): element i of the indices means i with its coordinate at the axis replaced.
struct ElementPlaces {
  /// One offset into the data for each index.
  let offsets: [Int]

  init(_ indices: RuntimeTensor, axis: Int, in data: RuntimeTensor) throws {
    guard let list = indices.integers, indices.rank == data.rank,
      indices.shape.indices.allSatisfy({ $0 == axis || indices.shape[$0] <= data.shape[$0] })
    else {
      throw EvaluationError.Problem.badInput(
        "indices of shape \(indices.shape) for data of shape \(data.shape)")
    }
    let (strides, own) = (data.strides, indices.strides)
    offsets = try list.indices.map { element in
      var offset = 0
      for place in data.shape.indices {
        let coordinate =
          place == axis
          ? try GatherKernels.place(list[element], in: data.shape[axis])
          : element / own[place] % indices.shape[place]
        offset += coordinate * strides[place]
      }
      return offset
    }
  }
}
