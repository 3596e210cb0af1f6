import ModelIR
import Testing

@testable import ModelReports

@Suite struct GraphDrawingTests {
  private struct Sketch {
    var model = Model(header: .init(irVersion: 8), opsets: ["": 17])

    mutating func input(_ name: String) -> ValueID {
      model.addInput(name, type: .tensor(.float32, [.known(1)]), to: model.mainGraph)
    }

    mutating func apply(_ opType: String, _ inputs: [ValueID]) -> ValueID {
      let name = "\(opType.lowercased())\(model.nodes.count)"
      let output = model.addValue(Value(name: name, graph: model.mainGraph))
      model.addNode(
        Node(
          name: name, opType: opType, graph: model.mainGraph, inputs: inputs, outputs: [output]))
      return output
    }
  }

  @Test("A chain is a straight line")
  func chain() {
    var sketch = Sketch()
    var value = sketch.input("x")
    for opType in ["Conv", "BatchNormalization", "Relu"] { value = sketch.apply(opType, [value]) }
    sketch.model[sketch.model.mainGraph].outputs = [value]
    let drawing = GraphDrawing(sketch.model, marks: [NodeID(1): .folded])
    #expect(drawing.glyphs.map(\.lane) == [0, 0, 0])
    #expect(drawing.glyphs.map(\.mark) == [.plain, .folded, .plain])
    #expect(drawing.branches.isEmpty)
    #expect(drawing.tracks.map { [$0.start, $0.end] } == [[-1, 0], [0, 1], [1, 2], [2, 3]])
  }

  @Test("What lives side by side has lanes of its own, and they are used again")
  func branches() {
    var sketch = Sketch()
    let x = sketch.input("x")
    let left = sketch.apply("Conv", [x])
    let right = sketch.apply("Conv", [x])
    let sum = sketch.apply("Add", [left, right])
    let next = sketch.apply("Relu", [sum])
    let both = sketch.apply("Mul", [sum, next])
    sketch.model[sketch.model.mainGraph].outputs = [both]
    let drawing = GraphDrawing(sketch.model)
    // x stays on lane 0 until the second Conv takes it over; the first goes beside it.
    #expect(drawing.glyphs.map(\.lane) == [1, 0, 1, 0, 1])
    #expect(drawing.branches.count == 4)
    for (a, first) in drawing.tracks.enumerated() {
      for second in drawing.tracks[(a + 1)...] where first.lane == second.lane {
        #expect(first.end <= second.start || second.end <= first.start)
      }
    }
  }

  @Test("Nodes that only compute shapes or constants stay out")
  func shapes() {
    var sketch = Sketch()
    let x = sketch.input("x")
    let extents = sketch.apply("Gather", [sketch.apply("Shape", [x])])
    let y = sketch.apply("Reshape", [x, extents])
    sketch.model[sketch.model.mainGraph].outputs = [y]
    #expect(GraphDrawing(sketch.model).glyphs.map(\.opType) == ["Reshape"])
  }
}
