internal import ByteStore
internal import GraphTransforms
internal import ModelFormats

/// A plan as `fold --plan` writes it and users edit it.
///
/// Members that are not known are passed over: later versions may add some.
struct PlanFile {
  /// What a plan says about one site.
  struct Site: Hashable {
    var graph: String
    var output: String
    var node: String
    var folds: Bool
    /// The rule by which; nil where the plan does not care.
    var rule: String?
  }

  private static let mostBytes = 256 << 20

  let path: String
  let sites: [Site]
  private let allowLoss: Bool
  private let mergesLayers: Bool
  private let allowsAdd: Bool
  private let noDuplicate: Bool
  private let assumeConstantInputs: Bool
  private let disabledRules: [String]

  /// Reads a plan; errors name the byte.
  init(_ path: String) throws {
    let source = try ByteSource(file: path)
    guard source.count <= Self.mostBytes else {
      throw FormatError(
        .limitExceeded(.fileBytes, found: source.count, allowed: Self.mostBytes),
        at: InputLocation(file: path))
    }
    let bytes = try source.bytes(0..<source.count)
    let document = try JSONReader.document(bytes, file: path)
    let members = JSONMembers(document, file: path)
    guard try members.string("schema") == "bnfold.plan" else {
      throw PipelineError(.badInput, "\(path) is no plan: its schema is not \"bnfold.plan\"")
    }
    guard try members.integer("version") == 1 else {
      throw PipelineError(
        .unsupported, "\(path) is a plan of another version than 1; make it anew with --plan")
    }
    self.path = path
    sites = try members.objects("sites").map { site in
      let action = try site.string("action")
      guard action == "fold" || action == "keep" else {
        throw site.error("action", "\"fold\" or \"keep\"")
      }
      return Site(
        graph: try site.string("graph"), output: try site.string("output"),
        node: try site.string("node"), folds: action == "fold",
        rule: action == "fold" ? try site.optionalString("rule") : nil)
    }
    let options = try members.optionalObject("options")
    allowLoss = try options?.bool("allow_loss") ?? false
    allowsAdd = try options?.bool("allow_add") ?? false
    mergesLayers = try options?.bool("reparameterize") ?? false
    noDuplicate = try options?.bool("no_duplicate") ?? false
    assumeConstantInputs = try options?.bool("assume_constant_inputs") ?? false
    disabledRules = try options?.strings("rules_off") ?? []
  }

  /// What the plan allows, besides what the caller does.
  func apply(to options: inout FoldOptions) {
    options.allowLoss = options.allowLoss || allowLoss
    options.allowsAdd = options.allowsAdd || allowsAdd
    options.mergesLayers = options.mergesLayers || mergesLayers
    options.noDuplicate = options.noDuplicate || noDuplicate
    options.assumeConstantInputs = options.assumeConstantInputs || assumeConstantInputs
    options.disabledRules.formUnion(disabledRules)
  }
}
