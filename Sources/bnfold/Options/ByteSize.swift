internal import ArgumentParser

/// `4G`, `500M`, `65536`.
struct ByteSize: ExpressibleByArgument, CustomStringConvertible {
  var bytes: Int

  init(bytes: Int) { self.bytes = bytes }

  init?(argument: String) {
    let units: [Character: Int] = ["K": 10, "M": 20, "G": 30, "T": 40]
    let last = argument.uppercased().last ?? " "
    let digits = units[last] == nil ? Substring(argument) : argument.dropLast()
    guard let number = Int(digits), number > 0 else { return nil }
    let (bytes, overflow) = number.multipliedReportingOverflow(by: 1 << (units[last] ?? 0))
    guard !overflow else { return nil }
    self.bytes = bytes
  }

  var description: String {
    for (unit, shift) in [("G", 30), ("M", 20), ("K", 10)] where bytes % (1 << shift) == 0 {
      return "\(bytes >> shift)\(unit)"
    }
    return "\(bytes)"
  }

  var defaultValueDescription: String { description }
}
