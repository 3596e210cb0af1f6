internal import ArgumentParser
internal import GraphTransforms
internal import ModelIR

/// What may be folded.
struct FoldingArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Only sites whose name matches: * stands for any characters, ? for one, [a-z] for one of "
        + "a set.", valueName: "pattern"))
  var only: [String] = []

  @Option(
    help: ArgumentHelp("No site whose name matches.", valueName: "pattern"))
  var skip: [String] = []

  @Option(
    name: .customLong("rules"),
    help: ArgumentHelp(
      "Switch rules: conv=off, conv-forward=off in one direction only, all=off,gemm=on; "
        + "'bnfold rules' lists them.", valueName: "rule=on|off"))
  var rules: [RuleSwitches] = []

  @Flag(
    name: .customLong("allow-loss"),
    help: "Fold even where that makes rounding errors more than 16 times (half: 2 times) larger.")
  var allowLoss = false

  @Flag(
    name: .customLong("allow-add"),
    help: ArgumentHelp(
      "Where a BN cannot be folded whole because its shift cannot pass (padding, Relu), fold its "
        + "scale and leave an Add of the shift in its place."))
  var allowAdd = false

  @Flag(
    name: .customLong("no-duplicate"),
    help: "Keep a BN whose weight is used elsewhere, instead of giving it a copy.")
  var noDuplicate = false

  @Flag(
    name: [.customLong("assume-constant-inputs"), .customLong("assume-constant")],
    help: "Take initializers that a caller may override as what is stored.")
  var assumeConstantInputs = false

  @Flag(
    name: .customLong("assume-inference"),
    help: ArgumentHelp(
      "Take BNs in training mode for inference, with the statistics that are stored: the model "
        + "then computes something else, and is compared with itself in inference mode."))
  var assumeInference = false

  @Flag(
    name: .customLong("clamp-variance"),
    help: ArgumentHelp(
      "Take a variance as 0 where variance + epsilon is not positive: the model then computes "
        + "something else in these channels, and is compared with itself so changed."))
  var clampVariance = false

  @Flag(
    help: ArgumentHelp(
      "Make one convolution of parallel linear branches that are added: k×k, 1×1, average pool, "
        + "identity, with or without BN (RepVGG, MobileOne, FastViT); and one layer of linear "
        + "layers in a row where that is less work and fewer numbers."))
  var reparameterize = false

  @Option(
    name: .customLong("set-shape"),
    help: ArgumentHelp(
      "Fix the extents of an input in the written model.", valueName: "name=1,3,224,224"))
  var setShapes: [NamedShape] = []

  /// The same for the fold.
  var options: FoldOptions {
    var options = FoldOptions()
    options.selection.only = only.map { NamePattern($0) }
    options.selection.skip = skip.map { NamePattern($0) }
    for switches in rules { switches.apply(to: &options.disabledRules) }
    options.allowLoss = allowLoss
    options.allowsAdd = allowAdd
    options.noDuplicate = noDuplicate
    options.assumeConstantInputs = assumeConstantInputs
    options.mergesLayers = reparameterize
    return options
  }

  /// What is changed in the model beforehand.
  var edits: [any ModelEdit] {
    var edits: [any ModelEdit] = assumeInference ? [InferenceEdit()] : []
    if clampVariance { edits.append(VarianceEdit()) }
    if !setShapes.isEmpty { edits.append(ShapeEdit(setShapes.map { ($0.name, $0.extents) })) }
    return edits
  }
}
