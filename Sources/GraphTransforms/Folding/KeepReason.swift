/// Why a site was kept: one case per condition, with the node or value at which it failed.
public indirect enum KeepReason: Error, Sendable, Hashable {
  // The site itself.

  /// It normalizes with the statistics of the batch at hand.
  case trainingMode
  /// Its parameters differ per feature, not per channel (spatial = 0).
  case perActivation
  /// It stands in a function whose calls stay calls, for the reason given.
  case insideFunction(name: String, because: String = "")
  /// A parameter is no constant: what it is called, and why ("is a graph input").
  case notConstant(parameter: String, value: String, because: String)
  /// A parameter is a default that the caller may override.
  case overridable(parameter: String, value: String)
  /// The parameters have other shapes than the operator asks for.
  case parameterShape
  /// An attribute that means nothing; the text says which and why.
  case malformed(String)
  /// A parameter of a channel is NaN or infinite.
  case notFinite(channel: Int)
  /// variance + epsilon is not positive in a channel.
  case badVariance(channel: Int, sum: Double)
  /// The numbers have a type that no fold may write.
  case unsupportedType(String)
  /// The caller keeps it, for the reason given.
  case excluded(String)

  // Where a path ended.

  /// Neither what comes before nor what follows can take it.
  case noPath(backward: KeepReason, forward: KeepReason)
  /// The path ends at a value that the caller feeds.
  case graphInput(value: String)
  /// A value on the path is read by others too.
  case severalConsumers(value: String, count: Int)
  /// A value on the path is an output of the model.
  case graphOutput(value: String)
  /// A value on the path is read inside a body of another node.
  case captured(value: String)
  /// A value on the path is computed outside the body in which the site stands.
  case madeOutside(value: String)
  /// Nothing reads the result.
  case noConsumer(value: String)
  /// A rank or an extent on the path is not known.
  case unknownShape(value: String)
  /// An operator that no affine passes.
  case notLinear(Blocker)
  /// An operator outside the standard.
  case customOperator(Blocker)
  /// Only positive scales pass, and a channel's is negative.
  case negativeScale(Blocker, channel: Int)
  /// Only scales pass, and a channel's shift is not zero.
  case shiftDoesNotPass(Blocker)
  /// Zero padding does not commute with a shift that is not zero.
  case padding(Blocker)
  /// The axis that tells the site's channels apart is not the one the operator needs.
  case otherAxis(Blocker)
  /// A branch has one channel where the site has several.
  case broadcastBranch(Blocker)
  /// A weight or bias on the path is no constant; why ("is a graph input").
  case weightNotConstant(Blocker, value: String, because: String)
  /// A weight is read elsewhere too, and copies are not wanted.
  case sharedWeight(Blocker, value: String)
  /// Two paths of the site meet in one node.
  case pathsMeet(Blocker)
  /// The path is longer than the planner follows.
  case pathTooLong(Blocker)
  /// The operator's attributes or inputs mean nothing; the text says which and why.
  case malformedOperator(Blocker, String)
  /// A form of the operator that no rule handles; the text says which.
  case unsupportedForm(Blocker, String)
  /// The rule that would take it is switched off.
  case ruleOff(rule: String, Blocker)
  /// Folding forward would lose this many bits of accuracy.
  case losesAccuracy(bits: Double, Blocker)
  /// The result would have more nodes than before.
  case moreNodes
  /// A folded number does not fit the type of its tensor; the text says what is lost.
  case doesNotFit(tensor: String, channel: Int, loss: String)
  /// The output format cannot hold the result; the text says why.
  case notWritable(String)
}
