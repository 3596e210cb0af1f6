import GraphEvaluation
import ModelIR
import TestSupport
import Testing

@testable import ModelVerification

/// The figures of layer 4 against sums written down as their definitions say.
struct ElementSumsTests {
  private static let shape = [3, 2, 1411]

  private static func tensors(
    _ type: DataType,
    _ change: (inout [Double], inout [Double], inout [Double]) -> Void = { _, _, _ in }
  ) -> (d: RuntimeTensor, o: RuntimeTensor, r: RuntimeTensor) {
    var generator = SplitMix64(seed: 7)
    let count = shape.reduce(1, *)
    var r = (0..<count).map { _ in generator.normal() }
    var o = r.map { $0 + 1e-4 * generator.normal() }
    var d = r.map { $0 + 1e-4 * generator.normal() }
    change(&d, &o, &r)
    func tensor(_ numbers: [Double]) -> RuntimeTensor {
      type == .float64
        ? RuntimeTensor(dataType: type, shape: shape, elements: .double(numbers))
        : RuntimeTensor(dataType: type, shape: shape, elements: .float(numbers.map { Float($0) }))
    }
    return (
      tensor(d), tensor(o), RuntimeTensor(dataType: type, shape: shape, elements: .double(r))
    )
  }

  private static func figures(
    _ tensors: (d: RuntimeTensor, o: RuntimeTensor, r: RuntimeTensor)
  ) throws -> ValueFigures {
    try FigureSums.figures(
      graph: "graph", name: "y", written: tensors.d, original: tensors.o, reference: tensors.r,
      isOutput: false)
  }

  private func isClose(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-12 * abs(b) }

  @Test(arguments: [DataType.float32, .float64]) func figuresAreTheirDefinitions(
    type: DataType
  ) throws {
    let tensors = Self.tensors(type)
    let figures = try Self.figures(tensors)
    let (d, o, r) = (tensors.d.doubles(), tensors.o.doubles(), tensors.r.doubles())
    func rms(_ numbers: [Double]) -> Double {
      (numbers.map { $0 * $0 }.reduce(0, +) / Double(numbers.count)).squareRoot()
    }
    let errors = zip(d, r).map { $0 - $1 }
    let worst = try #require(errors.indices.max { abs(errors[$0]) < abs(errors[$1]) })
    #expect(figures.elements == r.count)
    #expect(isClose(figures.rmsWritten, rms(errors)))
    #expect(isClose(figures.rmsOriginal, rms(zip(o, r).map { $0 - $1 })))
    #expect(isClose(figures.rmsReference, rms(r)))
    #expect(figures.maximumError == abs(errors[worst]))
    #expect(abs(figures.meanError - errors.reduce(0, +) / Double(r.count)) < 1e-15)
    let cosine =
      zip(d, r).map { $0 * $1 }.reduce(0, +) / (rms(d) * rms(r) * Double(r.count))
    #expect(isClose(figures.cosine, cosine))
    let difference = try #require(figures.worst)
    #expect(difference.index == [worst / 2822, worst / 1411 % 2, worst % 1411])
    #expect(difference.found == d[worst])
    #expect(difference.expected == r[worst])
  }

  /// One element that the original does not have finite changes nothing for the others.
  @Test(arguments: [0, 4095, 4096, 8465]) func whatTheOriginalLacksIsLeftOut(
    element: Int
  ) throws {
    let plain = Self.tensors(.float32) { d, o, r in
      d[element] = 0
      o[element] = 0
      r[element] = 0
    }
    let others = Self.tensors(.float32) { d, o, r in
      d[element] = .infinity
      o[element] = .nan
      r[element] = 1
    }
    let (expected, found) = (try Self.figures(plain), try Self.figures(others))
    #expect(found.notFinite == 1)
    #expect(found.elements == expected.elements - 1)
    #expect(found.maximumError == expected.maximumError)
    #expect(found.worst?.index == expected.worst?.index)
    let n = Double(expected.elements)
    #expect(isClose(found.rmsWritten * (n - 1).squareRoot(), expected.rmsWritten * n.squareRoot()))
  }

  @Test(arguments: [0, 4095, 4096, 8465]) func whatTheWrittenModelLacksIsAnError(
    element: Int
  ) throws {
    for bad in [Double.nan, .infinity, -.infinity] {
      let tensors = Self.tensors(.float32) { d, _, _ in d[element] = bad }
      let error = #expect(throws: FigureSums.Problem.self) { try Self.figures(tensors) }
      guard case .notFinite(let difference)? = error else {
        Issue.record("\(bad) was not found")
        continue
      }
      #expect(difference.index == [element / 2822, element / 1411 % 2, element % 1411])
    }
    // At the edge of the type rounding alone may do that.
    let edge = Self.tensors(.float32) { d, o, r in
      d[element] = .infinity
      o[element] = Double(Float.greatestFiniteMagnitude)
      r[element] = Double(Float.greatestFiniteMagnitude)
    }
    #expect(try Self.figures(edge).elements == Self.shape.reduce(1, *) - 1)
  }

  /// The original as deployed has another number of elements than in Double.
  @Test func anotherShapeOfTheOriginal() {
    let tensors = Self.tensors(.float32)
    let shorter = RuntimeTensor(
      dataType: .float32, shape: [2], elements: .float([1, 2]))
    let error = #expect(throws: FigureSums.Problem.self) {
      try Self.figures((tensors.d, shorter, tensors.r))
    }
    guard case .undecidedShape? = error else {
      Issue.record("no undecided shape")
      return
    }
  }
}
