internal import ModelIR

/// Finds values whose old name another program kept for new numbers: a fold that keeps the linear
/// node's output name and drops the affine's, say.
struct RenamedValues {
  let correspondence: Correspondence
  let affines: AffineReader

  /// What a name of the written model stands for in the original instead, by what it stood for.
  ///
  /// That is the end of the chain of affines that begins at the old value, if each of them is the
  /// only reader and makes a value that the written model does not have.
  func successors(of disputed: Set<ValueID>) -> [ValueID: ValueID] {
    let model = correspondence.original
    let uses = UseIndex(model)
    var result: [ValueID: ValueID] = [:]
    for value in disputed {
      var end = value
      while let use = uses.soleUse(of: end, in: model),
        affines.isCandidate(model[use.node]), let next = model[use.node].output(0),
        correspondence.writtenValue[next] == nil
      {
        end = next
      }
      if end != value { result[value] = end }
    }
    return result
  }
}
