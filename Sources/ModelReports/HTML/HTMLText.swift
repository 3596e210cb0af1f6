/// Texts as they stand in HTML.
public enum HTMLText {
  private static let style = TextStyle(isUnicode: true)

  /// A text with everything that has a meaning in HTML taken out of it, for content and for
  /// attributes in double quotes.
  public static func escaped(_ text: String) -> String {
    var result = ""
    // Names in files may hold anything; control characters are not allowed in HTML at all.
    for scalar in style.plain(text).unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A coordinate: at most one decimal, which is a tenth of a pixel.
  static func coordinate(_ number: Double) -> String {
    let tenths = (number * 10).rounded()
    guard tenths.isFinite, abs(tenths) < 1e9 else { return "0" }
    let whole = Int(tenths)
    let sign = whole < 0 ? "-" : ""
    let (quotient, rest) = (whole.magnitude / 10, whole.magnitude % 10)
    return rest == 0 ? "\(sign)\(quotient)" : "\(sign)\(quotient).\(rest)"
  }

  /// A number as a program reads it; empty for NaN, so that it sorts as missing.
  static func number(_ number: Double) -> String {
    number.isNaN ? "" : number.isInfinite ? (number > 0 ? "1e999" : "-1e999") : "\(number)"
  }
}
