/// Where a model's multiply-adds and parameters are: a bar up and a bar down for each layer that has
/// some, in the order in which they run.
enum CostChart {
  static func html(_ layers: [LayerLine]) -> String {
    let layers = layers.filter { $0.parameters > 0 || ($0.multiplyAdds ?? 0) > 0 }
    guard !layers.isEmpty else { return "" }
    let macs = layers.map { Double($0.multiplyAdds ?? 0) }
    let parameters = layers.map { Double($0.parameters) }
    let (most, largest) = (macs.max() ?? 0, parameters.max() ?? 0)
    var svg = SVG(width: 1080, height: 300, size: "wide", label: label(layers, macs, parameters))
    let (left, right, middle, reach) = (14.0, 1066.0, 150.0, 118.0)
    let pitch = (right - left) / Double(layers.count)
    let width = max(0.6, min(26, pitch * 0.8))
    for (position, layer) in layers.enumerated() {
      let x = left + (Double(position) + 0.5) * pitch - width / 2
      if macs[position] > 0 {
        let height = max(0.8, macs[position] / most * reach)
        svg.box(x, middle - 1 - height, width, height, "blue", tip: tip(layer))
      }
      if parameters[position] > 0 {
        let height = max(0.8, parameters[position] / largest * reach)
        svg.box(x, middle + 1, width, height, "violet", tip: tip(layer))
      }
    }
    svg.line(left, middle, right, middle, "axis")
    annotate(&svg, layers, macs, pitch: pitch, left: left, y: 20, "MACs")
    annotate(&svg, layers, parameters, pitch: pitch, left: left, y: 288, "parameters")
    return """
      <figure>\(svg.text)</figure>
      \(Legend.list([
        ({ $0.box(2, 2, 10, 10, "blue") }, "MACs, up"),
        ({ $0.box(2, 2, 10, 10, "violet") }, "parameters, down"),
      ]))
      """
  }

  /// Names the largest bar, on its side of the chart.
  private static func annotate(
    _ svg: inout SVG, _ layers: [LayerLine], _ numbers: [Double], pitch: Double, left: Double,
    y: Double, _ noun: String
  ) {
    guard let (position, text) = largest(layers, numbers, noun) else { return }
    let x = left + (Double(position) + 0.5) * pitch
    let anchor = x < 300 ? "start" : x > 780 ? "end" : "middle"
    svg.write(text, x: x, y: y, anchor: anchor, isStrong: true)
  }

  private static func largest(
    _ layers: [LayerLine], _ numbers: [Double], _ noun: String
  ) -> (Int, String)? {
    guard let most = numbers.max(), most > 0, let position = numbers.firstIndex(of: most) else {
      return nil
    }
    let share = NumberText.fixed(most / numbers.reduce(0, +) * 100, decimals: 1)
    let name = DisplayWidth.cutMiddle(layers[position].name, to: 36, ellipsis: "…")
    return (position, "\(name): \(short(most)) \(noun), \(share) %")
  }

  private static func label(
    _ layers: [LayerLine], _ macs: [Double], _ parameters: [Double]
  ) -> String {
    let texts = [largest(layers, macs, "MACs"), largest(layers, parameters, "parameters")]
    return "MACs and parameters of \(layers.count) layers in order; the largest: "
      + texts.compactMap { $0?.1 }.joined(separator: "; ")
  }

  private static func tip(_ layer: LayerLine) -> String {
    "\(layer.opType) \(layer.name): \(NumberText.grouped(layer.multiplyAdds ?? 0)) MACs, "
      + "\(NumberText.grouped(layer.parameters)) parameters"
  }

  /// `4.10 G`, `20.1 M`, `864`.
  static func short(_ number: Double) -> String {
    for (scale, unit) in [(1e12, " T"), (1e9, " G"), (1e6, " M"), (1e3, " k")]
    where number >= scale * 0.9995 {
      return NumberText.significant(number / scale) + unit
    }
    return NumberText.fixed(number, decimals: 0)
  }
}
