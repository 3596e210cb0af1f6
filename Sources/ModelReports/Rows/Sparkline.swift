/// A histogram in one line of text.
enum Sparkline {
  /// Bars of eight heights, `columns` of them; a bin that is not empty never looks empty.
  ///
  /// Without Unicode: ` .:-=+*#@`.
  static func text(_ counts: [Int], columns: Int, _ style: TextStyle) -> String {
    let joined = joined(counts, to: columns)
    guard let most = joined.max(), most > 0 else { return "" }
    let signs: [Character] = Array(style.isUnicode ? " ▁▂▃▄▅▆▇█" : " .:-=+*#@")
    return String(
      joined.map { count in
        guard count > 0 else { return signs[0] }
        let height = Double(count) / Double(most) * Double(signs.count - 1)
        return signs[max(1, min(signs.count - 1, Int(height.rounded(.up))))]
      })
  }

  /// Neighbouring bins together, so that there are at most `columns`.
  static func joined(_ counts: [Int], to columns: Int) -> [Int] {
    guard counts.count > columns, columns > 0 else { return counts }
    var result = [Int](repeating: 0, count: columns)
    for (position, count) in counts.enumerated() {
      result[position * columns / counts.count] += count
    }
    return result
  }
}
