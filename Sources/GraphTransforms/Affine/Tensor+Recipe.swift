internal import ModelIR

extension Tensor {
  /// The tensor as a recipe of its own shape: what it is made from, or itself.
  var asRecipe: TensorRecipe {
    if case .derived(let recipe) = storage { return recipe }
    return TensorRecipe(terms: [.init(source: self)])
  }

  /// The tensor as a recipe of a shape to which it broadcasts by right alignment; nil where it
  /// does not, or a term of it is placed.
  func recipe(broadcastTo target: TensorShape) -> TensorRecipe? {
    let lead = target.rank - shape.rank
    guard lead >= 0 else { return nil }
    for axis in 0..<shape.rank
    where shape.dimensions[axis] != 1 && shape.dimensions[axis] != target.dimensions[lead + axis] {
      return nil
    }
    guard shape != target, case .derived(var recipe) = storage else { return asRecipe }
    for t in recipe.terms.indices {
      guard recipe.terms[t].placement == nil else { return nil }
      for f in recipe.terms[t].factors.indices {
        let factor = recipe.terms[t].factors[f]
        guard factor.index.group == nil else { return nil }
        let axis = factor.index.memberAxis
        guard axis >= 0 else { continue }
        recipe.terms[t].factors[f].index = .axis(axis + lead)
        if shape.dimensions[axis] == 1 {
          recipe.terms[t].factors[f].values = [Double](
            repeating: factor.values.first ?? 1, count: target.dimensions[lead + axis])
        }
      }
    }
    return recipe
  }
}

extension TensorRecipe {
  /// The sum of this and a vector along the channels of `index`; one vector term however many.
  func addingVector(_ vector: [Double], at index: ChannelIndex) -> TensorRecipe {
    var result = self
    let existing = terms.lastIndex {
      $0.source == nil && $0.placement == nil && $0.factors.count == 1
        && $0.factors[0].index == index && $0.factors[0].values.count == vector.count
    }
    if let existing {
      for c in vector.indices { result.terms[existing].factors[0].values[c] += vector[c] }
      return result
    }
    return adding(
      TensorRecipe(terms: [Term(source: nil, factors: [Factor(values: vector, index: index)])]))
  }
}
