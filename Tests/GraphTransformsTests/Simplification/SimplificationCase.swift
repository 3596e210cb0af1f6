import GraphEvaluation
import GraphTransforms
import ModelIR
import Testing

/// A model and the operators that simplification leaves of it.
struct SimplificationCase: Sendable, CustomTestStringConvertible {
  var name: String
  var expected: [String]
  var opset: Int
  var type: DataType
  var build: @Sendable (inout GraphBuilder) -> ValueID
  var testDescription: String { name }

  /// `build` gives the value that the model hands out.
  init(
    _ name: String, _ expected: [String], opset: Int = 17, type: DataType = .float32,
    _ build: @escaping @Sendable (inout GraphBuilder) -> ValueID
  ) {
    self.name = name
    self.expected = expected
    self.opset = opset
    self.type = type
    self.build = build
  }

  /// Simplifies the model and holds the result against what is expected and the original.
  func check(sourceLocation: SourceLocation = #_sourceLocation) throws {
    var builder = GraphBuilder(opset: opset, type: type)
    let output = build(&builder)
    builder.output(output)
    let result = try SimplificationCheck.simplified(builder, sourceLocation: sourceLocation)
    #expect(FoldCheck.operators(result.model) == expected, sourceLocation: sourceLocation)
  }
}

/// What must hold of every simplified model.
enum SimplificationCheck {
  static func simplified(
    _ builder: GraphBuilder, _ options: FoldOptions = FoldOptions(),
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> FoldResult {
    var options = options
    options.simplifies = true
    options.foldsArithmetic = false
    let original = try builder.finished()
    try original.validate()
    let result = FoldPass(options).run(original, constants: KernelConstantEvaluator())
    try result.model.validate()
    let again = FoldPass(options).run(original, constants: KernelConstantEvaluator())
    #expect(journal(again) == journal(result), "not the same twice", sourceLocation: sourceLocation)
    #expect(
      names(result.model, \.inputs) == names(original, \.inputs), sourceLocation: sourceLocation)
    #expect(
      names(result.model, \.outputs) == names(original, \.outputs), sourceLocation: sourceLocation)
    let expected = try DoubleRun.outputs(original, builder.feeds, unrounded: false)
    let found = try DoubleRun.outputs(result.model, builder.feeds, unrounded: false)
    #expect(found.count == expected.count, sourceLocation: sourceLocation)
    for (a, b) in zip(found, expected) {
      #expect(a.shape == b.shape, sourceLocation: sourceLocation)
      #expect(a.distance(to: b) <= 1e-12, sourceLocation: sourceLocation)
    }
    return result
  }

  static func journal(_ result: FoldResult) -> [String] {
    result.journal.map { "\($0.rule) \($0.sourceNodes.map(\.index))" }
  }

  private static func names(_ model: Model, _ list: KeyPath<Graph, [ValueID]>) -> [String] {
    model[model.mainGraph][keyPath: list].map { model[$0].name }
  }
}

extension GraphBuilder {
  /// An input whose extents the model leaves open where a name is given.
  mutating func open(_ name: String, _ shape: [Int], _ names: [Int: String]) -> ValueID {
    let id = input(name, shape)
    model[id].type = .tensor(
      type,
      shape.enumerated().map { axis, extent in names[axis].map { .symbol($0) } ?? .known(extent) })
    return id
  }

  mutating func relu(_ value: ValueID) -> ValueID { node("Relu", [value]) }

  mutating func bools(_ name: String, _ value: Bool) -> ValueID {
    let tensor = Tensor(dataType: .bool, shape: .scalar, bytes: [value ? 1 : 0])
    return model.addInitializer(
      name, tensor ?? self.tensor([], [0]), to: model.mainGraph)
  }
}
