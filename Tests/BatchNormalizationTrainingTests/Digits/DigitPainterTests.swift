import ByteStore
import TestSupport
import Testing

@testable import BatchNormalizationTraining

@Suite("Digits that are drawn")
struct DigitPainterTests {
  @Test("A seed repeats them bit by bit on every machine")
  func recorded() {
    let digits = DigitPainter.draw(20, stream: "training", seed: 1)
    #expect(
      SHA256.hex(digits.pixels + digits.classes)
        == "1885be51466dbe9cf0a756742b36ccb7b3132431270aef31ea6b8576877da839")
  }

  @Test("A digit depends on seed, stream and place alone")
  func streams() {
    let few = DigitPainter.draw(3, stream: "test", seed: 5)
    let many = DigitPainter.draw(9, stream: "test", seed: 5)
    #expect(Array(many.pixels.prefix(few.pixels.count)) == few.pixels)
    #expect(DigitPainter.draw(3, stream: "training", seed: 5).pixels != few.pixels)
    #expect(DigitPainter.draw(3, stream: "test", seed: 6).pixels != few.pixels)
  }

  @Test("All classes occur, each with ink and paper")
  func classes() {
    let digits = DigitPainter.draw(300, stream: "test", seed: 2)
    #expect(Set(digits.classes) == Set(0..<10))
    for place in 0..<digits.count {
      let image = digits.images([place]).elements
      #expect(image.allSatisfy { (0...1).contains($0) })
      let ink = image.count { $0 > 0.45 }
      #expect((15..<400).contains(ink), "\(digits.classes[place]): \(ink)")
    }
  }
}
