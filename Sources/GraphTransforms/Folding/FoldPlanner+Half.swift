internal import ModelIR

extension FoldPlanner {
  /// A draft that folds the scale alone and makes an Add of the site's node.
  ///
  ///     backward: y = x′ + shift, where what makes x makes x′ = scale·x
  ///     forward:  y′ = x + shift/scale, where what reads y takes scale·y′; no scale is 0
  ///
  /// Errors: why there is none; a shift that passes needs none, and is planned whole.
  func halfPlan(_ site: AffineSite) throws(KeepReason) -> FoldDraft {
    let backward: KeepReason
    do throws(KeepReason) {
      return try told(.backward, as: .leavesAdd) { () throws(KeepReason) in
        try checked(halfBackward(site))
      }
    } catch {
      backward = error
    }
    do throws(KeepReason) {
      return try told(.forward, as: .leavesAdd) { () throws(KeepReason) in
        try checked(halfForward(site))
      }
    } catch {
      throw .noPath(backward: backward, forward: error)
    }
  }

  private func halfBackward(_ site: AffineSite) throws(KeepReason) -> FoldDraft {
    var scale = site
    scale.affine = site.affine.scaleOnly
    var draft = try backward(scale, half: true)
    try add(site.affine.site.shift, .bias(weight: nil), site, &draft)
    return draft
  }

  private func halfForward(_ site: AffineSite) throws(KeepReason) -> FoldDraft {
    let affine = site.affine.site
    let blocker = Blocker(site.node, in: session.model)
    if let zero = affine.scale.firstIndex(of: 0) {
      throw .unsupportedForm(blocker, "multiplies channel \(zero) by 0, which no Add can precede")
    }
    let shift = zip(affine.shift, affine.scale).map { $0 / $1 }
    guard shift.allSatisfy({ abs($0) <= Double(Float.greatestFiniteMagnitude) }) else {
      throw .unsupportedForm(blocker, "has a shift that is too large before its scale")
    }
    var scale = site
    scale.affine = site.affine.scaleOnly
    // The Add takes the mean away before a weight multiplies, so that no accuracy is lost.
    scale.affine.site.statistics = nil
    var draft = try forward(scale, half: true)
    try add(shift, .shiftBeforeScale, site, &draft)
    return draft
  }

  /// Makes an Add of the site's node.
  private func add(
    _ shift: [Double], _ role: FoldClaim.Role, _ site: AffineSite, _ draft: inout FoldDraft
  ) throws(KeepReason) {
    let model = session.model
    let visit = Visit(site.node, session)
    guard visit.opset >= 7 else {
      throw .unsupportedForm(visit.blocker, "would become an Add, which broadcasts from opset 7 on")
    }
    guard let type = session.type(of: site.input)?.dataType else {
      throw .unknownShape(value: model[site.input].name)
    }
    guard type.isFoldableFloat else { throw .unsupportedType(type.name) }
    let rank = try visit.rank(of: site.input)
    let behind = [Int](repeating: 1, count: max(0, rank - 2))
    let shape = TensorShape([shift.count] + behind) ?? .vector(shift.count)
    var recipe = TensorRecipe(terms: []).addingVector(shift, at: .axis(0))
    recipe.isBias = true
    let constant = draft.initializer(
      "\(Blocker.name(of: visit.node, in: model)).shift",
      Tensor(dataType: type, shape: shape, recipe: recipe))
    draft.claim(
      FoldClaim(
        target: constant, role: role, linearNode: site.node, source: nil,
        biasOutput: .axis(0),
        steps: [
          FoldClaim.Step(affine: site.affine.site.nodes, side: .output, index: .axis(0))
        ]))
    var node = visit.node
    node.opType = "Add"
    node.inputs = [site.input, constant]
    node.outputs = [site.output]
    node.attributes = []
    draft.keep(siteAs: node)
    // Its constant is no affine of the input model.
    draft.merge(site.node, [])
  }
}
