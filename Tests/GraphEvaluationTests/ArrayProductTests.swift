import Testing

@testable import GraphEvaluation

@Suite("Matrix products of arrays")
struct ArrayProductTests {
  // [1 2 3; 4 5 6] · [1 0; 0 2; 1 1] = [4 7; 10 16]
  @Test("Each factor as it is and transposed, in Float and Double")
  func product() {
    let size = ArrayProduct.Size(m: 2, n: 2, k: 3)
    for (a, b): (ArrayProduct.Factor<Double>, ArrayProduct.Factor<Double>) in [
      (.init([1, 2, 3, 4, 5, 6]), .init([1, 0, 0, 2, 1, 1])),
      (.init(transposed: [1, 4, 2, 5, 3, 6]), .init([1, 0, 0, 2, 1, 1])),
      (.init([1, 2, 3, 4, 5, 6]), .init(transposed: [1, 0, 1, 0, 2, 1])),
      (.init(transposed: [1, 4, 2, 5, 3, 6]), .init(transposed: [1, 0, 1, 0, 2, 1])),
    ] {
      var c = [9.0, 9, 9, 9]
      ArrayProduct.multiply(size, a, b, into: &c)
      #expect(c == [4, 7, 10, 16])
      ArrayProduct.multiply(size, a, b, into: &c, adding: true)
      #expect(c == [8, 14, 20, 32])
    }
    var c: [Float] = [0, 0, 0, 0]
    ArrayProduct.multiply(
      size, .init([1, 2, 3, 4, 5, 6]), .init([1, 0, 0, 2, 1, 1]), into: &c)
    #expect(c == [4, 7, 10, 16])
  }

  @Test("One row, and sums of nothing")
  func small() {
    var row: [Float] = [5, 5]
    ArrayProduct.multiply(
      .init(m: 1, n: 2, k: 3), .init([1, 2, 3]), .init([1, 0, 0, 2, 1, 1]), into: &row)
    #expect(row == [4, 7])
    var c: [Float] = [7, 7]
    ArrayProduct.multiply(.init(m: 1, n: 2, k: 0), .init([]), .init([]), into: &c, adding: true)
    #expect(c == [7, 7])
    ArrayProduct.multiply(.init(m: 1, n: 2, k: 0), .init([]), .init([]), into: &c)
    #expect(c == [0, 0])
  }
}
