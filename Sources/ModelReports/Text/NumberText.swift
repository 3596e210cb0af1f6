/// Numbers as people read them, the same in every locale.
public enum NumberText {
  /// `1,234,567`.
  public static func grouped(_ number: Int) -> String {
    let digits = String(number.magnitude)
    var result = ""
    for (position, digit) in digits.enumerated() {
      if position > 0 && (digits.count - position) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return (number < 0 ? "-" : "") + result
  }

  /// With a sign: `+12`, `−4`, `0`.
  static func change(_ number: Int, _ style: TextStyle) -> String {
    if number == 0 { return "0" }
    return (number > 0 ? "+" : style.minus) + grouped(Int(clamping: number.magnitude))
  }

  /// With a fixed number of decimals, rounded half away from zero: `12.30`.
  public static func fixed(_ number: Double, decimals: Int) -> String {
    guard number.isFinite else { return special(number) }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (number.magnitude * scale).rounded()
    guard scaled < 9e15 else { return significant(number) }
    let digits = String(Int(scaled))
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let sign = number < 0 && scaled > 0 ? "-" : ""
    guard decimals > 0 else { return sign + padded }
    return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }

  /// Three digits that count: `0.0123`, `45.6`, `1.23e-07`, `inf`.
  public static func significant(_ number: Double) -> String {
    guard number.isFinite else { return special(number) }
    guard number != 0 else { return "0" }
    var exponent = 0
    var mantissa = number.magnitude
    while mantissa >= 9.995 {
      mantissa /= 10
      exponent += 1
    }
    while mantissa < 0.9995 {
      mantissa *= 10
      exponent -= 1
    }
    if (-3...5).contains(exponent) { return fixed(number, decimals: max(0, 2 - exponent)) }
    let sign = number < 0 ? "-" : ""
    let digits = String(exponent.magnitude)
    let power = (exponent < 0 ? "-" : "+") + (digits.count < 2 ? "0" : "") + digits
    return sign + fixed(mantissa, decimals: 2) + "e" + power
  }

  /// `12.3 ms`, `1.20 s`, with a no-break space.
  static func seconds(_ seconds: Double) -> String {
    seconds < 1
      ? fixed(seconds * 1000, decimals: 1) + "\u{A0}ms" : fixed(seconds, decimals: 2) + "\u{A0}s"
  }

  /// `931 B`, `12.3 kB`, `242 MB`.
  static func bytes(_ count: Int) -> String {
    guard count >= 1000 else { return "\(count) B" }
    var value = Double(count)
    var unit = ""
    for next in ["kB", "MB", "GB", "TB"] where value >= 999.5 {
      value /= 1000
      unit = next
    }
    return significant(value) + " " + unit
  }

  private static func special(_ number: Double) -> String {
    number.isNaN ? "NaN" : number < 0 ? "-inf" : "inf"
  }
}
