import Testing

@testable import ModelVerification

struct BroadcastTests {
  /// Every shape of up to three axes that goes into the target, element by element.
  @Test(arguments: [[2, 3, 4], [1, 5, 1], [3, 1, 2], [6], [2, 0, 3]]) func everyShape(
    target: [Int]
  ) throws {
    for rank in 0...target.count {
      for mask in 0..<(1 << rank) {
        let own = target.suffix(rank)
        let shape = own.enumerated().map { mask >> $0.offset & 1 == 1 ? 1 : $0.element }
        let numbers = (0..<shape.reduce(1, *)).map { Double($0) }
        let expanded = try #require(Broadcast.expand(numbers, shape, to: target))
        let count = target.reduce(1, *)
        #expect(expanded.count == count)
        for element in 0..<count {
          var (rest, place, stride) = (element, 0, 1)
          for axis in (0..<target.count).reversed() {
            let coordinate = rest % target[axis]
            rest /= target[axis]
            guard axis >= target.count - rank else { continue }
            let extent = shape[axis - target.count + rank]
            place += extent == 1 ? 0 : coordinate * stride
            stride *= extent
          }
          #expect(expanded[element] == numbers[place])
        }
      }
    }
  }

  @Test func whatDoesNotFit() {
    #expect(Broadcast.expand([1, 2], [2], to: [3]) == nil)
    #expect(Broadcast.expand([1, 2], [1, 2], to: [2]) == nil)
  }
}
