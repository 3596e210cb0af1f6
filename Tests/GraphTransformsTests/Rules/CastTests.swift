import GraphTransforms
import ModelIR
import Testing

/// Cast: an affine goes to the type that is at least as wide, never to the narrower one.
@Suite struct CastTests {
  /// Types a Cast leads from and to, and whether an affine goes forward and backward through it.
  struct Types: Sendable, CustomTestStringConvertible {
    var from: DataType
    var to: DataType
    var forward: Bool
    var backward: Bool
    var testDescription: String { "\(from.name) to \(to.name)" }
  }

  static let all: [Types] = [
    Types(from: .float16, to: .float32, forward: true, backward: false),
    Types(from: .bfloat16, to: .float32, forward: true, backward: false),
    Types(from: .float16, to: .float64, forward: true, backward: false),
    Types(from: .float32, to: .float64, forward: true, backward: false),
    Types(from: .float32, to: .float32, forward: true, backward: true),
    Types(from: .float64, to: .float64, forward: true, backward: true),
    Types(from: .float32, to: .float16, forward: false, backward: false),
    Types(from: .float64, to: .float32, forward: false, backward: false),
    Types(from: .float16, to: .bfloat16, forward: false, backward: false),
    Types(from: .bfloat16, to: .float16, forward: false, backward: false),
  ]

  private func cast(_ builder: inout GraphBuilder, _ x: ValueID, _ types: Types) -> ValueID {
    builder.type = types.to
    return builder.node("Cast", [x], ["to": .int(Int64(types.to.rawValue))])
  }

  @Test(arguments: all, [1, 2]) func forward(_ types: Types, _ group: Int) throws {
    var builder = GraphBuilder(type: types.from, seed: 95)
    let x = builder.node("Relu", [builder.input("x", [2, 4, 4, 5])])
    let y = cast(&builder, builder.normalization(x, 4), types)
    let w = builder.constant("w", [6, 4 / group, 3, 3])
    builder.output(builder.node("Conv", [y, w], ["group": .int(Int64(group))]))
    // Half precision loses accuracy sooner, which is not what this is about.
    var options = FoldOptions()
    options.allowLoss = true
    let result = FoldPass(options).run(builder.model)
    guard types.forward else {
      #expect(result.journal.isEmpty)
      guard case .kept(let reason)? = result.sites.first?.outcome,
        case .unsupportedForm(let blocker, let text)? = reason.forward
      else {
        Issue.record("\(result.sites)")
        return
      }
      #expect(blocker.opType == "Cast" && text.contains("rounds"))
      return
    }
    try FoldCheck(builder, options).expectFolded(
      into: ["Relu", "Cast", "Conv"], rule: "conv-forward", tolerance: 1e-5)
  }

  @Test(arguments: all) func backward(_ types: Types) throws {
    var builder = GraphBuilder(type: types.from, seed: 96)
    let x = builder.input("x", [2, 3, 4, 5])
    let c = builder.node("Conv", [x, builder.constant("w", [4, 3, 1, 1])])
    builder.output(builder.normalization(cast(&builder, c, types), 4))
    guard types.backward else {
      let result = FoldPass().run(builder.model)
      #expect(result.journal.isEmpty)
      guard case .kept(let reason)? = result.sites.first?.outcome,
        case .unsupportedForm(let blocker, let text)? = reason.backward
      else {
        Issue.record("\(result.sites)")
        return
      }
      // To a narrower type it rounds before the affine acts, whatever the scale; to a wider one the
      // affine would be computed with fewer bits.
      let isWider = types.forward
      #expect(blocker.opType == "Cast" && text.contains(isWider ? "computed in" : "rounds"))
      return
    }
    try FoldCheck(builder).expectFolded(into: ["Conv", "Cast"], rule: "conv")
  }

  /// Numbers that were no floats before have no affine to pass on.
  @Test func wholeNumbersStop() throws {
    var builder = GraphBuilder(type: .int64, seed: 97)
    let x = builder.input("x", [2, 4, 3, 3])
    builder.type = .float32
    let y = builder.node("Cast", [x], ["to": .int(Int64(DataType.float32.rawValue))])
    builder.output(builder.normalization(y, 4))
    let result = FoldPass().run(builder.model)
    #expect(result.journal.isEmpty)
    guard case .kept(let reason)? = result.sites.first?.outcome else {
      Issue.record("\(result.sites)")
      return
    }
    #expect(reason.backward == .unsupportedType("int64"))
  }
}
