/// Numbers over numbers, as lines on plain axes.
public struct LineChart: Sendable {
  /// The colour of a line; each has its form in light and in dark.
  public enum Color: String, Sendable, CaseIterable {
    case blue, violet, green, amber, red, grey
  }

  /// One line; places where it is no finite number are left out.
  public struct Series: Sendable {
    /// What the legend calls it; lines without a name are not in the legend.
    public var name: String
    /// Its colour.
    public var color: Color
    /// Its points from left to right.
    public var points: [(x: Double, y: Double)]
    /// Whether it is drawn thin: what stands beside another line.
    public var isThin: Bool

    /// A line.
    public init(
      _ name: String, _ color: Color, _ points: [(x: Double, y: Double)], isThin: Bool = false
    ) {
      self.name = name
      self.color = color
      self.points = points
      self.isThin = isThin
    }
  }

  private let title: String
  private let horizontal: String
  private let series: [Series]
  private let range: ClosedRange<Double>?

  /// A chart of lines.
  ///
  /// `horizontal` says what runs from left to right. What lies outside `range` is drawn at its
  /// edge; without one the axis holds everything.
  public init(
    title: String, horizontal: String, series: [Series], range: ClosedRange<Double>? = nil
  ) {
    self.title = title
    self.horizontal = horizontal
    self.series = series
    self.range = range
  }

  /// The chart with its legend; empty where there is nothing to show.
  public var html: String {
    let points = series.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
    guard let left = points.map(\.x).min(), let right = points.map(\.x).max(),
      let least = points.map(\.y).min(), let most = points.map(\.y).max()
    else { return "" }
    let lines = series.filter { !$0.points.isEmpty }.count
    var svg = SVG(
      width: 440, height: 256, size: "half",
      label: "\(title): \(lines) lines, from \(NumberText.significant(least)) to "
        + "\(NumberText.significant(most)), over \(horizontal) from "
        + "\(NumberText.significant(left)) to \(NumberText.significant(right))")
    svg.write(title, x: 0, y: 14, isStrong: true)
    let y = LinearAxis(range?.lowerBound ?? least, range?.upperBound ?? most, from: 222, to: 30)
    let x = LinearAxis(left, right, from: 52, to: 420, isTight: true)
    for tick in y.ticks {
      svg.line(52, y.place(tick), 420, y.place(tick), "grid")
      svg.write(y.label(tick), x: 46, y: y.place(tick) + 4, anchor: "end")
    }
    for tick in x.ticks {
      svg.line(x.place(tick), 222, x.place(tick), 226, "axis")
      svg.write(x.label(tick), x: x.place(tick), y: 238, anchor: "middle")
    }
    for line in series { draw(line, x, y, &svg) }
    svg.write(horizontal + " →", x: 420, y: 253, anchor: "end")
    return "<figure>\(svg.text)</figure>" + legend
  }

  private func draw(_ line: Series, _ x: LinearAxis, _ y: LinearAxis, _ svg: inout SVG) {
    var data = ""
    for point in line.points where point.x.isFinite && point.y.isFinite {
      data += data.isEmpty ? "M" : "L"
      data += "\(HTMLText.coordinate(x.place(point.x))) \(HTMLText.coordinate(y.place(point.y)))"
    }
    guard !data.isEmpty else { return }
    svg.path(data, "none l-\(line.color.rawValue)\(line.isThin ? "" : " thick")")
    // A line hardly holds a tip; its end does.
    guard let last = line.points.last(where: { $0.x.isFinite && $0.y.isFinite }), !line.isThin
    else { return }
    svg.circle(
      x.place(last.x), y.place(last.y), 3, line.color.rawValue,
      tip: "\(line.name): \(NumberText.significant(last.y)) at \(x.label(last.x))")
  }

  private var legend: String {
    let named = series.filter { !$0.name.isEmpty }
    guard named.count > 1 else { return "" }
    return Legend.list(
      named.map { line in
        (
          { $0.line(0, 7, 14, 7, "l-\(line.color.rawValue)", width: line.isThin ? 1 : 2) },
          line.name
        )
      })
  }
}
