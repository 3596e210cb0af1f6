import ByteStore
import ModelIR
import Testing

/// Any range of a tensor's elements is what reading all of them gives there.
@Suite struct DoubleElementsTests {
  private static let ranges = [0..<0, 0..<1, 3..<7, 6..<7, 0..<7]

  private func expectAsWhole(_ tensor: Tensor) throws {
    let whole = try tensor.doubles()
    let elements = try DoubleElements(tensor)
    #expect(elements.count == 7 && whole.count == 7)
    for range in Self.ranges { #expect(try elements.numbers(range) == Array(whole[range])) }
  }

  @Test(arguments: [DataType.float16, .bfloat16, .float32, .float64, .int8, .int64, .uint4])
  func stored(type: DataType) throws {
    let count = try #require(type.byteCount(elements: 7))
    // One byte in front: elements need not be aligned.
    let bytes = [0xff] + (0..<count).map { UInt8($0 * 37 % 101) }
    let stored = StoredElements(source: ByteSource(bytes), pieces: [1..<bytes.count])
    try expectAsWhole(Tensor(dataType: type, shape: .vector(7), storage: .stored(stored)))
  }

  @Test func inSeveralPieces() throws {
    let bytes = (0..<30).map { UInt8($0) }
    let stored = StoredElements(source: ByteSource(bytes), pieces: [0..<13, 15..<30])
    try expectAsWhole(Tensor(dataType: .float32, shape: .vector(7), storage: .stored(stored)))
  }

  @Test func asVarints() throws {
    let stored = StoredElements(
      source: ByteSource([1, 2, 3, 0x80, 0x78, 5, 6, 7]), pieces: [0..<8], encoding: .varints)
    try expectAsWhole(Tensor(dataType: .float16, shape: .vector(7), storage: .stored(stored)))
  }

  @Test func computed() throws {
    let numbers = (0..<7).map { Double($0) + 0.5 }
    let recipe = TensorRecipe(terms: [.init(source: Tensor(numbers, shape: .vector(7)))])
    try expectAsWhole(Tensor(dataType: .float32, shape: .vector(7), recipe: recipe))
  }

  @Test func tooFewBytes() throws {
    let stored = StoredElements(source: ByteSource([0, 0, 0]), pieces: [0..<3])
    let tensor = Tensor(dataType: .float32, shape: .vector(1), storage: .stored(stored))
    #expect(throws: TensorError.wrongLength(found: 3, expected: 4)) { try DoubleElements(tensor) }
  }
}
