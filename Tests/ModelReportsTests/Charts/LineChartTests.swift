import Testing

@testable import ModelReports

struct LineChartTests {
  @Test("Ticks stand at 1, 2 or 5 times a power of ten, and hold everything")
  func axis() {
    let axis = LinearAxis(0.13, 9.2, from: 100, to: 0)
    #expect(axis.low == 0 && axis.high == 10)
    #expect(axis.ticks == [0, 2, 4, 6, 8, 10])
    #expect(axis.place(0) == 100 && axis.place(10) == 0 && axis.place(5) == 50)
    #expect(axis.place(-3) == 100 && axis.place(99) == 0)
    #expect(axis.label(4) == "4")
    let fine = LinearAxis(0.962, 0.998, from: 0, to: 1)
    // A fifth of the span is 0.0072: steps of 0.005.
    #expect(fine.ticks.count == 9)
    #expect(fine.ticks.first.map(fine.label) == "0.960")
    #expect(fine.ticks.last.map(fine.label) == "1.000")
    let tight = LinearAxis(0, 50_000, from: 0, to: 1, isTight: true)
    #expect(tight.place(50_000) == 1 && tight.label(50_000) == "50,000")
  }

  @Test("One number, or none, is a chart too", arguments: [0.0, 5, -5, 1e300, 1e-300])
  func flat(_ number: Double) {
    let axis = LinearAxis(number, number, from: 10, to: 20)
    #expect(axis.high > axis.low)
    #expect((10...20).contains(axis.place(number)))
    #expect(axis.ticks.count < 60)
  }

  @Test("Lines, a legend for the named ones, and nothing for nothing")
  func chart() {
    let chart = LineChart(
      title: "a < b", horizontal: "steps",
      series: [
        .init("one", .blue, [(0, 1), (10, 2), (20, .nan), (30, 4)]),
        .init("two", .grey, [(0, 4), (30, 1)], isThin: true),
        .init("", .red, [(0, 2), (30, 2)]),
      ])
    let html = chart.html
    #expect(html.contains("a &lt; b"))
    #expect(html.ranges(of: "<li>").count == 2)
    // Three points: the one that is no number is left out.
    let path = html.firstRange(of: #/d="M[^"]*" class="none l-blue thick"/#).map { html[$0] }
    #expect(path?.filter { $0 == "L" }.count == 2)
    #expect(LineChart(title: "x", horizontal: "y", series: []).html.isEmpty)
    #expect(
      LineChart(
        title: "x", horizontal: "y", series: [.init("a", .blue, [(.nan, 1), (1, .infinity)])]
      ).html.isEmpty)
  }
}
