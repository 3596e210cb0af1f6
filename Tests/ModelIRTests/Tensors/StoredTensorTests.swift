import ByteStore
import ModelIR
import Testing

@Suite struct StoredTensorTests {
  @Test func aMisalignedRangeIsRead() throws {
    let bytes: [UInt8] = [9, 0, 0, 0x80, 0x3f, 0, 0, 0, 0x40]
    let stored = StoredElements(source: ByteSource(bytes), pieces: [1..<9])
    let tensor = Tensor(dataType: .float32, shape: .vector(2), storage: .stored(stored))
    #expect(try tensor.floats() == [1, 2])
  }

  @Test func chunksThatCutAnElementAreJoined() throws {
    let bytes: [UInt8] = [0, 0, 0x80, 0xff, 0xff, 0x3f, 0, 0, 0, 0x40]
    let stored = StoredElements(source: ByteSource(bytes), pieces: [0..<3, 5..<10])
    let tensor = Tensor(dataType: .float32, shape: .vector(2), storage: .stored(stored))
    #expect(try tensor.floats() == [1, 2])
  }

  @Test func bytesThatAreTooFewAreRefused() throws {
    let stored = StoredElements(source: ByteSource([0, 0, 0]), pieces: [0..<3])
    let tensor = Tensor(dataType: .float32, shape: .vector(1), storage: .stored(stored))
    #expect(throws: TensorError.wrongLength(found: 3, expected: 4)) { try tensor.floats() }
  }

  /// int32_data holds −1 as ten bytes and half's 1.0 (0x3c00) as three.
  @Test func varintsAreDecoded() throws {
    let minusOne: [UInt8] = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]
    let bytes = minusOne + [0x05]
    let stored = StoredElements(
      source: ByteSource(bytes), pieces: [0..<11], encoding: .varints)
    let integers = Tensor(dataType: .int32, shape: .vector(2), storage: .stored(stored))
    #expect(try integers.int64s() == [-1, 5])
    let half = StoredElements(
      source: ByteSource([0x80, 0x78]), pieces: [0..<2], encoding: .varints)
    let halves = Tensor(dataType: .float16, shape: .vector(1), storage: .stored(half))
    #expect(try halves.floats() == [1])
  }

  @Test(arguments: [[0x80], [UInt8](repeating: 0x80, count: 11) + [0]])
  func aVarintThatDoesNotEndIsRefused(bytes: [UInt8]) {
    let stored = StoredElements(
      source: ByteSource(bytes), pieces: [0..<bytes.count], encoding: .varints)
    let tensor = Tensor(dataType: .int32, shape: .vector(1), storage: .stored(stored))
    #expect(throws: TensorError.self) { try tensor.int64s() }
  }

  /// One byte in an entry (as the proto file says), or four (as the checker accepts).
  @Test func int4IsReadInBothPackings() throws {
    let narrow = StoredElements(
      source: ByteSource([0x21, 0x0f]), pieces: [0..<2], encoding: .varints)
    let first = Tensor(dataType: .int4, shape: .vector(3), storage: .stored(narrow))
    #expect(try first.int64s() == [1, 2, -1])
    // 0x8765_4321 as one varint: eight elements.
    let wide = StoredElements(
      source: ByteSource([0xa1, 0x86, 0x95, 0xbb, 0x08]), pieces: [0..<5], encoding: .varints)
    let second = Tensor(dataType: .uint4, shape: .vector(8), storage: .stored(wide))
    #expect(try second.int64s() == [1, 2, 3, 4, 5, 6, 7, 8])
  }

  @Test func twoBitElementsComeLowBitsFirst() throws {
    let tensor = try #require(
      Tensor(dataType: .int2, shape: .vector(4), bytes: [0b11_10_01_00]))
    #expect(try tensor.int64s() == [0, 1, -2, -1])
  }

  @Test func bfloat16AndHalfWidenExactly() throws {
    let bfloat = try #require(Tensor(dataType: .bfloat16, shape: .vector(1), bytes: [0x80, 0x3f]))
    #expect(try bfloat.doubles() == [1])
    let half = try #require(Tensor(dataType: .float16, shape: .vector(2), bytes: [1, 0, 0, 0x7c]))
    #expect(try half.doubles() == [0x1p-24, .infinity])
  }

  @Test func uint64IsNotNegative() throws {
    let bytes = [UInt8](repeating: 0xff, count: 8)
    let tensor = try #require(Tensor(dataType: .uint64, shape: .vector(1), bytes: bytes))
    #expect(try tensor.doubles() == [0x1p64])
  }

  @Test func aSparseTensorIsExpanded() throws {
    let values = try #require(Tensor([5, 7] as [Float], shape: .vector(2)))
    let linear = try #require(Tensor([1, 3] as [Int64], shape: .vector(2)))
    let shape = try #require(TensorShape([2, 2]))
    let byIndex = Tensor(
      dataType: .float32, shape: shape, storage: .sparse(values: values, indices: linear))
    #expect(try byIndex.floats() == [0, 5, 0, 7])
    let pairs = try #require(Tensor([0, 1, 1, 1] as [Int64], shape: shape))
    let byCoordinates = Tensor(
      dataType: .float32, shape: shape, storage: .sparse(values: values, indices: pairs))
    #expect(try byCoordinates.floats() == [0, 5, 0, 7])
  }

  @Test func aSparseIndexOutsideIsRefused() throws {
    let values = try #require(Tensor([5] as [Float], shape: .vector(1)))
    let indices = try #require(Tensor([4] as [Int64], shape: .vector(1)))
    let tensor = Tensor(
      dataType: .float32, shape: try #require(TensorShape([2, 2])),
      storage: .sparse(values: values, indices: indices))
    #expect(throws: TensorError.badSparseIndex(position: 0)) { try tensor.floats() }
  }

  @Test func aSparseTensorOfAbsurdShapeIsRefused() throws {
    let values = try #require(Tensor([5] as [Float], shape: .vector(1)))
    let indices = try #require(Tensor([4] as [Int64], shape: .vector(1)))
    let tensor = Tensor(
      dataType: .float32, shape: try #require(TensorShape([1 << 40])),
      storage: .sparse(values: values, indices: indices))
    #expect(throws: TensorError.self) { try tensor.floats() }
  }

  @Test func piecesCoverEveryElementOnce() throws {
    let elements = (0..<100).map { Float($0) }
    let tensor = try #require(Tensor(elements, shape: .vector(100)))
    var seen: [Float] = []
    try tensor.forEachPiece(maximumElements: 8) { piece, range in
      #expect(range.lowerBound == seen.count)
      #expect(piece.byteCount == 4 * range.count)
      seen += (0..<range.count).map {
        unsafe piece.unsafeLoadUnaligned(fromByteOffset: 4 * $0, as: Float.self)
      }
    }
    #expect(seen == elements)
  }

  @Test func extentsThatOverflowMakeNoShape() {
    #expect(TensorShape([1 << 40, 1 << 40]) == nil)
    #expect(TensorShape([2, -1]) == nil)
    #expect(TensorShape([1 << 62, 4, 0])?.elementCount == 0)
    #expect(TensorShape([])?.elementCount == 1)
  }
}
