import ByteStore
import ModelIR
import Testing

@Suite struct ArrayConversionTests {
  @Test func squaresHaveAFloor() {
    #expect([Double](squaresOf: [2, -3, 0.25, 0], atLeast: 0.5) == [4, 9, 0.25, 0.25])
    #expect([Double](squaresOf: [.nan], atLeast: 1)[0].isNaN)
  }

  /// Two batches of two groups, three channels to a group, rows of two.
  @Test func rowsAreSpreadOverTheChannelsOfTheirGroup() {
    let rows: [Double] = [1, 2, 3, 4, 5, 6, 7, 8]
    let factors: [Double] = [1, 10, 100, 2, 20, 200]
    let shifts: [Double] = [0, 0, 1, 0, 0, 2]
    let result = [Double](
      spreading: rows, length: 2, groups: 2, factors: factors, shifts: shifts)
    #expect(
      result == [
        1, 2, 10, 20, 101, 201, 6, 8, 60, 80, 602, 802,
        5, 6, 50, 60, 501, 601, 14, 16, 140, 160, 1402, 1602,
      ])
    #expect([Double](spreading: [], length: 0, groups: 1, factors: [1], shifts: [1]).isEmpty)
  }

  /// More elements than one piece holds, at an address that no float has.
  @Test func floatsAreWidenedWhereTheyBelong() throws {
    let count = 70_001
    var bytes: [UInt8] = [0xff]
    for index in 0..<count {
      let bits = (Float(index) * -0.37).bitPattern
      bytes += (0..<4).map { UInt8(truncatingIfNeeded: bits >> UInt32(8 * $0)) }
    }
    let stored = StoredElements(source: ByteSource(bytes), pieces: [1..<bytes.count])
    let tensor = Tensor(dataType: .float32, shape: .vector(count), storage: .stored(stored))
    #expect(try tensor.doubles() == (0..<count).map { Double(Float($0) * -0.37) })
  }
}
