internal import ModelStatistics

/// Histograms as filled steps.
enum HistogramChart {
  /// A histogram that fits a line of text.
  static func small(_ counts: [Int]) -> String {
    guard let most = counts.max(), most > 0 else { return "" }
    var svg = SVG(width: 96, height: 18, size: "spark", label: "histogram")
    svg.path(steps(counts, most, x: 0, width: 96, bottom: 18, height: 17), "grey")
    return svg.text
  }

  /// A weight's histograms side by side, before and after folding, on one range.
  static func tile(_ line: WeightLine) -> String {
    let range = NumberText.significant(line.before.range)
    var svg = SVG(
      width: 220, height: 64, size: "hist",
      label: "weights of \(line.name), from −\(range) to \(range)")
    let forms = [(line.before, "grey")] + (line.after.map { [($0, "green")] } ?? [])
    for (position, (profile, look)) in forms.enumerated() {
      let (x, width) = (Double(position) * 114, forms.count == 1 ? 220.0 : 106.0)
      let most = profile.histogram.max() ?? 1
      svg.path(
        steps(profile.histogram, max(1, most), x: x, width: width, bottom: 60, height: 56), look)
      svg.line(x, 60, x + width, 60, "axis")
      svg.line(x + width / 2, 60, x + width / 2, 63, "axis")
    }
    let name = HTMLText.escaped(line.name)
    return """
      <div class="tile"><h3 title="\(name)"><bdi>\(name)</bdi></h3>\(svg.text)\
      <p>±\(range) · int8 \(decibels(line)) · spread \(spread(line))</p></div>
      """
  }

  private static func decibels(_ line: WeightLine) -> String {
    let before = NumberText.fixed(line.before.quantization.perTensor, decimals: 1)
    guard let after = line.after else { return "\(before) dB" }
    let number = NumberText.fixed(after.quantization.perTensor, decimals: 1)
    return "\(before) → <b class=\"\((line.loss ?? 0) > 6 ? "tone-warning" : "")\">\(number) dB</b>"
  }

  private static func spread(_ line: WeightLine) -> String {
    func text(_ spread: Double?) -> String { spread.map(NumberText.significant) ?? "–" }
    let before = text(line.before.quantization.spread)
    return line.after.map { "\(before) → \(text($0.quantization.spread))" } ?? before
  }

  /// The outline of bars without gaps.
  private static func steps(
    _ counts: [Int], _ most: Int, x: Double, width: Double, bottom: Double, height: Double
  ) -> String {
    let step = width / Double(max(1, counts.count))
    var data = "M\(c(x)) \(c(bottom))"
    for (position, count) in counts.enumerated() {
      let share = Double(count) / Double(most)
      // What is there is seen.
      let y = bottom - (count > 0 ? max(1, share * height) : 0)
      data += "V\(c(y))H\(c(x + Double(position + 1) * step))"
    }
    return data + "V\(c(bottom))Z"
  }

  private static func c(_ number: Double) -> String { HTMLText.coordinate(number) }
}
