/// A drawing under way, in pixels from the upper left corner.
struct SVG {
  var width: Double
  var height: Double
  /// "wide" or "half": the least width it is shown at.
  var size: String
  /// What it shows, for those who do not see it.
  var label: String
  /// Pixels it is shown at most; nil: as wide as there is room.
  var maximumWidth: Double?
  private var content = ""

  init(width: Double, height: Double, size: String, label: String) {
    self.width = width
    self.height = height
    self.size = size
    self.label = label
  }

  var text: String {
    let (w, h) = (HTMLText.coordinate(width), HTMLText.coordinate(height))
    let limit = maximumWidth.map { " style=\"max-width:\(HTMLText.coordinate($0))px\"" } ?? ""
    return "<svg class=\"\(size)\"\(limit) viewBox=\"0 0 \(w) \(h)\" role=\"img\" aria-label=\""
      + "\(HTMLText.escaped(label))\">\(content)</svg>"
  }

  /// A text; `anchor` is "start", "middle" or "end".
  mutating func write(
    _ text: String, x: Double, y: Double, anchor: String = "start", isStrong: Bool = false
  ) {
    content +=
      "<text x=\"\(c(x))\" y=\"\(c(y))\"\(anchor == "start" ? "" : " text-anchor=\"\(anchor)\"")"
      + "\(isStrong ? " class=\"strong\"" : "")>\(HTMLText.escaped(text))</text>"
  }

  mutating func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ look: String, width: Double = 1,
    dashes: String = ""
  ) {
    content +=
      "<line x1=\"\(c(x1))\" y1=\"\(c(y1))\" x2=\"\(c(x2))\" y2=\"\(c(y2))\" class=\"\(look)\""
      + (width == 1 ? "" : " stroke-width=\"\(c(width))\"")
      + (dashes.isEmpty ? "" : " stroke-dasharray=\"\(dashes)\"") + "/>"
  }

  /// A box with a tip that pointing shows.
  mutating func box(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ look: String, tip: String = ""
  ) {
    shape(
      "rect",
      "x=\"\(c(x))\" y=\"\(c(y))\" width=\"\(c(max(0, width)))\" height=\"\(c(max(0, height)))\"",
      look, tip)
  }

  mutating func circle(_ x: Double, _ y: Double, _ radius: Double, _ look: String, tip: String = "")
  {
    shape("circle", "cx=\"\(c(x))\" cy=\"\(c(y))\" r=\"\(c(radius))\"", look, tip)
  }

  /// A square on its corner.
  mutating func diamond(_ x: Double, _ y: Double, _ r: Double, _ look: String, tip: String = "") {
    path(
      "M\(c(x)) \(c(y - r))L\(c(x + r)) \(c(y))L\(c(x)) \(c(y + r))L\(c(x - r)) \(c(y))Z", look, tip
    )
  }

  mutating func triangle(_ x: Double, _ y: Double, _ r: Double, _ look: String, tip: String = "") {
    path("M\(c(x)) \(c(y - r))L\(c(x + r)) \(c(y + r))L\(c(x - r)) \(c(y + r))Z", look, tip)
  }

  mutating func path(_ data: String, _ look: String, _ tip: String = "") {
    shape("path", "d=\"\(data)\"", look, tip)
  }

  private mutating func shape(_ name: String, _ place: String, _ look: String, _ tip: String) {
    // An attribute, not an element, which the page's script makes of it where somebody points: a
    // large model has thousands.
    content += "<\(name) \(place) class=\"\(look)\""
    content += tip.isEmpty ? "/>" : " data-tip=\"\(HTMLText.escaped(tip))\"/>"
  }

  private func c(_ number: Double) -> String { HTMLText.coordinate(number) }
}

/// An entry of a chart's legend: a mark and what it stands for.
enum Legend {
  static func list(_ entries: [(mark: (inout SVG) -> Void, text: String)]) -> String {
    let items = entries.map { entry in
      var svg = SVG(width: 14, height: 14, size: "mark", label: "")
      entry.mark(&svg)
      let mark = svg.text.replacing(" role=\"img\" aria-label=\"\"", with: " aria-hidden=\"true\"")
      return "<li>\(mark) \(HTMLText.escaped(entry.text))</li>"
    }
    return "<ul class=\"legend\">\(items.joined())</ul>"
  }
}
