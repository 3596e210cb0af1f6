import Testing

@testable import ModelReports

@Test(
  "Digits stand in groups of three",
  arguments: [
    (0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567"),
    (Int.min, "-9,223,372,036,854,775,808"),
  ])
func grouped(_ number: Int, _ text: String) { #expect(NumberText.grouped(number) == text) }

@Test(
  "Three digits count",
  arguments: [
    (0.0, "0"), (1, "1.00"), (9.996, "10.0"), (99.96, "100"), (123_456, "123456"),
    (1_234_567, "1.23e+06"), (0.0123, "0.0123"), (0.00012345, "1.23e-04"),
    (-1.5e-300, "-1.50e-300"),
    (.infinity, "inf"), (-.infinity, "-inf"), (.nan, "NaN"), (.leastNonzeroMagnitude, "4.94e-324"),
  ] as [(Double, String)])
func significant(_ number: Double, _ text: String) {
  #expect(NumberText.significant(number) == text)
}

@Test("Decimals are rounded, and a rounded zero has no sign")
func fixed() {
  #expect(NumberText.fixed(2.5, decimals: 0) == "3")
  #expect(NumberText.fixed(-0.004, decimals: 2) == "0.00")
  #expect(NumberText.fixed(0.995001, decimals: 2) == "1.00")
  #expect(NumberText.fixed(-12.345, decimals: 1) == "-12.3")
}

@Test("Times and sizes have units")
func units() {
  #expect(NumberText.seconds(0.0123) == "12.3\u{A0}ms")
  #expect(NumberText.seconds(61.5) == "61.50\u{A0}s")
  #expect(NumberText.bytes(999) == "999 B")
  #expect(NumberText.bytes(1000) == "1.00 kB")
  #expect(NumberText.bytes(999_600) == "1.00 MB")
  #expect(NumberText.bytes(242_000_000) == "242 MB")
}
