extension KeepReason: CustomStringConvertible {
  /// The reason in a sentence for users, without a dot at its end.
  public var description: String {
    switch self {
    case .trainingMode: "it is in training mode: it uses the statistics of the batch at hand"
    case .perActivation: "its parameters are per feature, not per channel (spatial = 0)"
    case .insideFunction(let name, let because):
      "it stands in the function \"\(name)\"\(because.isEmpty ? "" : ", and \(because)")"
    case .notConstant(let parameter, let value, let because):
      "its \(parameter) \"\(value)\" is no constant: it \(because)"
    case .overridable(let parameter, let value):
      "its \(parameter) \"\(value)\" is a default that the caller may override"
    case .parameterShape: "its parameters do not have one number per channel"
    case .malformed(let text): text
    case .notFinite(let channel): "a parameter of channel \(channel) is NaN or infinite"
    case .badVariance(let channel, let sum):
      "variance + epsilon is \(sum) in channel \(channel), not positive"
    case .unsupportedType(let name): "its numbers are of type \(name)"
    case .excluded(let text): text
    case .noPath(let backward, let forward):
      "before it: \(backward.description); behind it: \(forward.description)"
    default: pathDescription
    }
  }

  private var pathDescription: String {
    switch self {
    case .graphInput(let value): "\"\(value)\" comes from outside the graph"
    case .severalConsumers(let value, let count): "\"\(value)\" is read \(count) times"
    case .graphOutput(let value): "\"\(value)\" is an output of the graph"
    case .captured(let value): "\"\(value)\" is read inside a body of another node"
    case .madeOutside(let value): "\"\(value)\" is computed outside this body"
    case .noConsumer(let value): "nothing reads \"\(value)\""
    case .unknownShape(let value): "the shape of \"\(value)\" is not known"
    case .notLinear(let blocker): "\(blocker) does not commute with it"
    case .customOperator(let blocker): "\(blocker) is not a standard operator"
    case .negativeScale(let blocker, let channel):
      "\(blocker) passes positive scales only, channel \(channel) has a negative one"
    case .shiftDoesNotPass(let blocker): "\(blocker) passes scales but no shifts"
    case .padding(let blocker): "\(blocker) pads with zeros, and a shift is not zero"
    case .otherAxis(let blocker): "\(blocker) tells channels apart along another axis"
    case .broadcastBranch(let blocker): "a branch of \(blocker) is broadcast over the channels"
    case .weightNotConstant(let blocker, let value, let because):
      "\"\(value)\" of \(blocker) is no constant: it \(because)"
    default: formDescription
    }
  }

  private var formDescription: String {
    switch self {
    case .sharedWeight(let blocker, let value):
      "\"\(value)\" of \(blocker) is used elsewhere too, and copies are switched off"
    case .pathsMeet(let blocker): "two paths meet in \(blocker)"
    case .pathTooLong(let blocker): "the path is too long at \(blocker)"
    case .malformedOperator(let blocker, let text): "\(blocker) is malformed: \(text)"
    case .unsupportedForm(let blocker, let text): "\(blocker) \(text)"
    case .ruleOff(let rule, let blocker): "the rule \"\(rule)\" is off (\(blocker))"
    case .losesAccuracy(let bits, let blocker):
      "folding into \(blocker) would lose \((bits * 10).rounded() / 10) bits"
    case .moreNodes: "the result would have more nodes"
    case .doesNotFit(let tensor, let channel, let loss):
      "\"\(tensor)\" would not fit its type in channel \(channel): \(loss)"
    case .notWritable(let text): text
    default: ""
    }
  }

  /// The first node that stopped the fold, where one did.
  public var blocker: Blocker? {
    switch self {
    case .noPath(let backward, let forward): backward.blocker ?? forward.blocker
    case .notLinear(let blocker), .customOperator(let blocker), .negativeScale(let blocker, _),
      .shiftDoesNotPass(let blocker), .padding(let blocker), .otherAxis(let blocker),
      .broadcastBranch(let blocker), .weightNotConstant(let blocker, _, _),
      .sharedWeight(let blocker, _), .pathsMeet(let blocker), .pathTooLong(let blocker),
      .malformedOperator(let blocker, _), .unsupportedForm(let blocker, _),
      .ruleOff(_, let blocker), .losesAccuracy(_, let blocker):
      blocker
    default: nil
    }
  }
}
