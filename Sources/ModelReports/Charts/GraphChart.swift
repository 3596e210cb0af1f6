/// The main graph drawn in lines, as text is: each node once, in order, values on lanes between
/// them.
enum GraphChart {
  private static let perRow = 60
  private static let pitch = 17.5
  private static let lane = 13.0

  static func html(_ drawing: GraphDrawing) -> String {
    let count = drawing.glyphs.count
    guard count > 0 else { return "" }
    let rows = (count + perRow - 1) / perRow
    var top = 8.0
    var parts: [(y: Double, lanes: Int)] = []
    for row in 0..<rows {
      let lanes = lanes(of: drawing, row)
      parts.append((top, lanes))
      top += Double(lanes) * lane + 12
    }
    let width = rows == 1 ? max(420, Double(count + 2) * pitch) : Double(perRow + 2) * pitch
    var svg = SVG(
      width: width, height: top, size: rows == 1 && count < 30 ? "half" : "wide",
      label: summary(drawing))
    // A small graph is not blown up.
    svg.maximumWidth = width * 1.2
    for (row, part) in parts.enumerated() { draw(row, part.y, drawing, &svg) }
    return "<figure>\(svg.text)</figure>" + legend(drawing)
  }

  private static func lanes(of drawing: GraphDrawing, _ row: Int) -> Int {
    let places = (row * perRow)..<((row + 1) * perRow)
    let tracks = drawing.tracks.lazy.filter {
      $0.start < places.upperBound && $0.end >= places.lowerBound
    }
    let nodes = drawing.glyphs[places.clamped(to: drawing.glyphs.indices)]
    return 1 + max(tracks.map(\.lane).max() ?? 0, nodes.map(\.lane).max() ?? 0)
  }

  private static func draw(
    _ row: Int, _ top: Double, _ drawing: GraphDrawing, _ svg: inout SVG
  ) {
    let first = row * perRow
    let places = first..<min(drawing.glyphs.count, first + perRow)
    func x(_ place: Int) -> Double { (Double(place - first) + 1) * pitch }
    func y(_ number: Int) -> Double { top + (Double(number) + 0.5) * lane }
    let (left, right) = (x(first) - pitch * 0.7, x(places.upperBound - 1) + pitch * 0.7)
    var lines = ""
    func c(_ number: Double) -> String { HTMLText.coordinate(number) }
    for track in drawing.tracks where track.start < places.upperBound && track.end >= first {
      let from = track.start < first ? left : x(track.start)
      // A value ends on its own lane before the node that reads it last, if that stands elsewhere.
      let isBranch =
        track.end < drawing.glyphs.count && drawing.glyphs[track.end].lane != track.lane
      let to = track.end >= places.upperBound ? right : x(track.end) - (isBranch ? pitch * 0.7 : 0)
      lines += "M\(c(from)) \(c(y(track.lane)))H\(c(max(from, to)))"
    }
    for branch in drawing.branches where places.contains(branch.place) {
      let start = x(branch.place) - pitch * 0.7
      lines += "M\(c(start)) \(c(y(branch.from)))L\(c(x(branch.place))) \(c(y(branch.to)))"
    }
    svg.path(lines, "wire")
    for place in places {
      let glyph = drawing.glyphs[place]
      mark(&svg, glyph, x(place), y(glyph.lane))
    }
  }

  private static func mark(
    _ svg: inout SVG, _ glyph: GraphDrawing.Glyph, _ x: Double, _ y: Double
  ) {
    let words =
      switch glyph.mark {
      case .plain: ""
      case .folded: ", folded"
      case .kept: ", kept"
      case .changed: ", changed"
      case .wrong: ", differs"
      }
    let tip = "\(glyph.opType) \(glyph.name)\(words)"
    switch (glyph.mark, glyph.isLinear) {
    case (.folded, _): svg.diamond(x, y, 5.5, "hollow l-green thick", tip: tip)
    case (.kept, _): svg.diamond(x, y, 5.5, "amber", tip: tip)
    case (.wrong, _): svg.box(x - 5, y - 5, 10, 10, "red", tip: tip)
    case (.changed, _): svg.box(x - 4.5, y - 4.5, 9, 9, "hollow l-green thick", tip: tip)
    case (.plain, true): svg.box(x - 4.5, y - 4.5, 9, 9, "blue", tip: tip)
    case (.plain, false): svg.circle(x, y, 3.2, "grey", tip: tip)
    }
  }

  private static func legend(_ drawing: GraphDrawing) -> String {
    func count(_ mark: GraphDrawing.Mark) -> Int { drawing.glyphs.count { $0.mark == mark } }
    let linear = drawing.glyphs.count { $0.isLinear && $0.mark == .plain }
    var entries: [(mark: (inout SVG) -> Void, text: String)] = []
    func add(_ number: Int, _ text: String, _ mark: @escaping (inout SVG) -> Void) {
      if number > 0 { entries.append((mark, "\(text) (\(NumberText.grouped(number)))")) }
    }
    add(count(.folded), "folded") { $0.diamond(7, 7, 5.5, "hollow l-green thick") }
    add(count(.kept), "batch normalization kept") { $0.diamond(7, 7, 5.5, "amber") }
    add(count(.changed), "changed") { $0.box(2.5, 2.5, 9, 9, "hollow l-green thick") }
    add(count(.wrong), "differs") { $0.box(2, 2, 10, 10, "red") }
    add(linear, "convolution or product") { $0.box(2.5, 2.5, 9, 9, "blue") }
    let plain = drawing.glyphs.count { !$0.isLinear && $0.mark == .plain }
    add(plain, "other operators") { $0.circle(7, 7, 3.2, "grey") }
    return Legend.list(entries)
  }

  private static func summary(_ drawing: GraphDrawing) -> String {
    let folded = drawing.glyphs.count { $0.mark == .folded }
    let kept = drawing.glyphs.count { $0.mark == .kept }
    return "the main graph: \(drawing.glyphs.count) nodes in order, \(folded) folded, \(kept) kept"
  }
}

extension GraphDrawing.Glyph {
  /// Whether it is a sum of products.
  var isLinear: Bool {
    ["Conv", "ConvTranspose", "Gemm", "MatMul", "LSTM", "GRU", "RNN", "Einsum"].contains(opType)
      || opType.hasPrefix("QLinear") || opType.hasSuffix("Integer")
  }
}
