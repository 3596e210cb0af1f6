import ByteStore
import Foundation
import ModelFormats
import ModelIR
import ONNXFormat
import Operators
import TestSupport
import Testing

/// Models with senseless attributes, inputs and extents end in findings, not in traps.
@Suite struct HostileModelTests {
  /// Numbers that arithmetic on extents is afraid of.
  static let numbers: [Int64] = [
    .min, .min + 1, -(1 << 40), -5, -2, -1, 0, 1, 2, 3, 7, 64, 1 << 20, 1 << 31, 1 << 40,
    .max - 1, .max,
  ]

  @Test(.enabled(if: BackendShapeTests.root != nil), arguments: 0..<2)
  func nothingTraps(round: Int) throws {
    let folder = "\(try #require(BackendShapeTests.root))/node"
    var random = SplitMix64(seed: UInt64(round) &* 7919 &+ 17)
    for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    where Int.random(in: 0..<3, using: &random) == 0 {
      let test = try BackendShapeTests.Case(folder: "\(folder)/\(name)")
      for _ in 0..<3 {
        var model = test.model
        mangle(&model, &random)
        examine(model)
      }
    }
  }

  private func examine(_ model: Model) {
    let shapes = ShapeInference(model)
    _ = GraphCost(model.mainGraph, in: model, shapes: shapes)
    var view = ConstantView(options: .init(assumesDefaults: true))
    for value in model.values.indices { _ = view.constancy(of: ValueID(value), in: model) }
    for node in model.nodes.compactMap({ $0 }) {
      for opset in [1, 7, 13, 24] {
        _ = try? BatchNormalizationAttributes(node, opset: opset)
        _ = try? DropoutAttributes(node, opset: opset)
        _ = try? GemmAttributes(node, opset: opset)
        _ = try? BroadcastAttributes(node, opset: opset)
      }
      for rank in [0, 1, 3] {
        let input = (0..<rank).map { _ in Int.max }
        let kernel = (0..<rank).map { _ in Int.max - 1 }
        _ = try? ConvolutionAttributes(node, spatialRank: rank).windows(
          input: input, kernel: kernel)
        _ = try? TransposedConvolutionAttributes(node, spatialRank: rank).windows(
          input: input, kernel: kernel)
        _ = try? PoolAttributes(node, spatialRank: rank).windows(input: input)
        _ = try? ShapeAttributes.permutation(node, rank: rank)
        _ = try? ReductionAttributes(node).resolved(rank: rank, input: nil)
      }
    }
  }

  /// One to three changes: an attribute, an input that is left out or exchanged, an extent, a
  /// stored number, the opset.
  private func mangle(_ model: inout Model, _ random: inout SplitMix64) {
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let nodes = model.nodes.indices.filter { model.contains(NodeID($0)) }
      guard let id = nodes.randomElement(using: &random).map(NodeID.init) else { return }
      var node = model[id]
      switch Int.random(in: 0..<7, using: &random) {
      case 0, 1:
        guard let position = node.attributes.indices.randomElement(using: &random) else { continue }
        node.attributes[position].value = value(like: node.attributes[position].value, &random)
      case 2:
        guard let position = node.inputs.indices.randomElement(using: &random) else { continue }
        let others = model.values.indices.map { ValueID($0) }
        node.inputs[position] =
          Bool.random(using: &random) ? nil : others.randomElement(using: &random)
      case 3:
        if Bool.random(using: &random) { node.inputs.removeAll() } else { node.outputs.append(nil) }
      case 4:
        let inputs = model[model.mainGraph].inputs
        guard let input = inputs.randomElement(using: &random) else { continue }
        let rank = Int.random(in: 0..<7, using: &random)
        model[input].type = .tensor(
          .float32, (0..<rank).map { _ in .known(Int(number(&random))) })
      case 5:
        guard let input = node.inputs.compactMap({ $0 }).randomElement(using: &random) else {
          continue
        }
        let count = Int.random(in: 0..<6, using: &random)
        let numbers = (0..<count).map { _ in number(&random) }
        model[input].initializer = Tensor(numbers, shape: .vector(count))
        model[input].isGraphInput = false
      default:
        model.opsets[""] = Int.random(in: 1...24, using: &random)
      }
      model[id] = node
    }
  }

  private func number(_ random: inout SplitMix64) -> Int64 {
    Self.numbers.randomElement(using: &random) ?? 0
  }

  private func value(like old: AttributeValue, _ random: inout SplitMix64) -> AttributeValue {
    if Int.random(in: 0..<4, using: &random) == 0 { return .float(.nan) }
    switch old {
    case .int: return .int(number(&random))
    case .float: return .float([.infinity, -1, 0, 1e30, .nan].randomElement(using: &random) ?? 0)
    case .ints(let values):
      let count = max(0, values.count + Int.random(in: -1...1, using: &random))
      return .ints((0..<count).map { _ in number(&random) })
    case .string:
      let words = ["", "...", "......", "a...b...->", "SAME_UPPER", "->->", ",,", "not_larger"]
      return .string(Array((words.randomElement(using: &random) ?? "").utf8))
    default: return .int(number(&random))
    }
  }
}
