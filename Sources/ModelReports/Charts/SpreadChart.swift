/// Numbers by channel of each batch normalization over depth: the range as a line, the middle half
/// as a box, the median as a dot, on a log axis.
enum SpreadChart {
  /// One batch normalization.
  struct Entry {
    var name: String
    var numbers: [Double]
    /// Whether something is wrong with it.
    var isMarked: Bool
  }

  static func html(_ entries: [Entry], title: String, color: String) -> String {
    let entries = entries.filter { $0.numbers.contains { $0 > 0 && $0.isFinite } }
    guard !entries.isEmpty else { return "" }
    let all = entries.flatMap(\.numbers)
    var svg = SVG(
      width: 440, height: 230, size: "half",
      label: "\(title) of \(entries.count) batch normalizations in order, from "
        + "\(text(all.filter { $0 > 0 }.min())) to \(text(all.filter(\.isFinite).max()))")
    let axis = LogAxis(all, top: 30, bottom: 204)
    svg.write(title, x: 0, y: 14, isStrong: true)
    axis.draw(in: &svg, left: 48, right: 436)
    let pitch = 384 / Double(entries.count)
    let width = max(1, min(14, pitch * 0.6))
    for (position, entry) in entries.enumerated() {
      let x = 50 + (Double(position) + 0.5) * pitch
      draw(entry, at: x, width, color, axis, &svg)
    }
    svg.write("depth →", x: 436, y: 224, anchor: "end")
    return "<figure>\(svg.text)</figure>"
  }

  private static func draw(
    _ entry: Entry, at x: Double, _ width: Double, _ color: String, _ axis: LogAxis,
    _ svg: inout SVG
  ) {
    let sorted = entry.numbers.filter { !$0.isNaN }.sorted()
    guard let low = sorted.first, let high = sorted.last else { return }
    func quantile(_ part: Double) -> Double {
      sorted[min(sorted.count - 1, Int(part * Double(sorted.count - 1) + 0.5))]
    }
    let look = entry.isMarked ? "red" : color
    let tip =
      "\(entry.name): \(text(low)) to \(text(high)), median \(text(quantile(0.5))), "
      + "\(sorted.count) channels"
    svg.line(x, axis.place(high), x, axis.place(low), "l-\(look)")
    let (upper, lower) = (axis.place(quantile(0.75)), axis.place(quantile(0.25)))
    svg.box(x - width / 2, upper, width, max(1.5, lower - upper), look, tip: tip)
    if width >= 4 {
      let middle = axis.place(quantile(0.5))
      svg.line(x - width / 2, middle, x + width / 2, middle, "median", width: 1.5)
    }
  }

  private static func text(_ number: Double?) -> String {
    number.map(NumberText.significant) ?? "0"
  }
}
