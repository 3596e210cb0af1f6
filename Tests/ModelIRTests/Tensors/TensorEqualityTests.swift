import ByteStore
import ModelIR
import Testing

@Suite struct TensorEqualityTests {
  private let shape = TensorShape.vector(3)

  @Test func bytesDecide() throws {
    let a = try #require(Tensor([1, 2, 3] as [Float], shape: shape))
    let same = try #require(Tensor([1, 2, 3] as [Float], shape: shape))
    let other = try #require(Tensor([1, 2, 3.0000002] as [Float], shape: shape))
    #expect(try a.hasSameElements(as: a))
    #expect(try a.hasSameElements(as: same))
    #expect(try !a.hasSameElements(as: other))
  }

  @Test func typesAndShapesDecide() throws {
    let floats = try #require(Tensor([0, 0] as [Float], shape: .vector(2)))
    let twoByOne = try #require(TensorShape([2, 1]))
    let column = try #require(floats.reshaped(to: twoByOne))
    let doubles = try #require(Tensor([0] as [Double], shape: .vector(1)))
    #expect(try !floats.hasSameElements(as: column))
    #expect(try !floats.hasSameElements(as: doubles))
  }

  @Test func storageDoesNotDecide() throws {
    let halves = try #require(
      Tensor(dataType: .float16, shape: shape, bytes: [0x00, 0x3c, 0x00, 0x40, 0x00, 0x42]))
    // The same bit patterns as varints, as int32_data holds them, in two chunks.
    let bytes: [UInt8] = [0x80, 0x78, 0x80, 0x80, 0x01, 0xff, 0x80, 0x84, 0x01]
    let elements = StoredElements(
      source: ByteSource(bytes), pieces: [0..<5, 6..<9], encoding: .varints)
    let varints = Tensor(dataType: .float16, shape: shape, storage: .stored(elements))
    #expect(try halves.hasSameElements(as: varints))
    #expect(try varints.hasSameElements(as: halves))
  }
}
