internal import ModelVerification

/// The error of each changed part of a model over its bound, on a log axis: what stands above the
/// line at 1 differs.
enum BoundChart {
  private struct Point {
    var place: Int
    var ratio: Double
    var series: Int
    var name: String
  }

  private static let series: [(name: String, look: String)] = [
    ("parameters", "violet"), ("region probe", "blue"), ("lockstep", "green"),
  ]

  static func html(_ report: VerificationReport) -> String {
    let points = points(of: report)
    guard !points.isEmpty else { return "" }
    let count = (points.map(\.place).max() ?? 0) + 1
    let ratios = points.map(\.ratio)
    let worst = ratios.max() ?? 0
    var svg = SVG(
      width: 1080, height: 280, size: "wide",
      label: "error over bound of \(count) changed regions; the worst is "
        + "\(NumberText.significant(worst)), the bound is 1")
    let axis = LogAxis(ratios + [1], top: 16, bottom: 246, decades: 8)
    axis.draw(in: &svg, left: 58, right: 1070)
    svg.line(58, axis.place(1), 1070, axis.place(1), "l-red", width: 1.5, dashes: "6 4")
    svg.write("bound", x: 1070, y: axis.place(1) - 5, anchor: "end", isStrong: true)
    let pitch = 1004 / Double(count)
    let radius = max(2, min(5, pitch * 0.3))
    for point in points {
      let x = 62 + (Double(point.place) + 0.5 + (Double(point.series) - 1) * 0.22) * pitch
      let tip =
        "\(series[point.series].name), \(point.name): "
        + "\(NumberText.significant(point.ratio)) of its bound"
      mark(&svg, point.series, x, axis.place(point.ratio), radius, isBad: !(point.ratio <= 1), tip)
    }
    svg.write("changed regions in order →", x: 1070, y: 272, anchor: "end")
    return "<figure>\(svg.text)</figure>" + legend
  }

  private static var legend: String {
    Legend.list(
      series.indices.map { position in
        ({ mark(&$0, position, 7, 7, 5, isBad: false, "") }, series[position].name)
      } + [({ $0.line(0, 7, 14, 7, "l-red", width: 2, dashes: "4 3") }, "bound; beyond it: red")])
  }

  private static func mark(
    _ svg: inout SVG, _ series: Int, _ x: Double, _ y: Double, _ radius: Double, isBad: Bool,
    _ tip: String
  ) {
    let look = isBad ? "red" : Self.series[series].look
    switch series {
    case 0: svg.triangle(x, y, radius, look, tip: tip)
    case 1: svg.circle(x, y, radius, look, tip: tip)
    default: svg.diamond(x, y, radius + 1, look, tip: tip)
    }
  }

  /// Regions in their order; a new tensor stands with the region whose node took it.
  private static func points(of report: VerificationReport) -> [Point] {
    var points: [Point] = []
    var homes: [String: Int] = [:]
    for (place, region) in report.regions.enumerated() {
      for node in region.originalNodes { homes["\(region.graph)\u{0}\(node)"] = place }
      let name = region.originalNodes.first ?? region.outputs.first ?? ""
      if let ratio = region.probe.ratio {
        points.append(Point(place: place, ratio: ratio, series: 1, name: name))
      }
      if let ratio = region.lockstep.ratio {
        points.append(Point(place: place, ratio: ratio, series: 2, name: name))
      }
    }
    for check in report.parameters {
      let place = homes["\(check.graph)\u{0}\(check.linearNode)"] ?? report.regions.count
      points.append(Point(place: place, ratio: check.worstRatio, series: 0, name: check.target))
    }
    return points
  }
}
