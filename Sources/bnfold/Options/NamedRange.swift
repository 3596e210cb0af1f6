internal import ArgumentParser

/// `NAME=lo,hi`.
struct NamedRange: ExpressibleByArgument {
  var name: String
  var range: ClosedRange<Double>

  init?(argument: String) {
    guard let equals = argument.lastIndex(of: "=") else { return nil }
    let parts = argument[argument.index(after: equals)...].split(
      separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Double($0) }
    guard !argument[..<equals].isEmpty, parts.count == 2, numbers.count == 2,
      numbers.allSatisfy(\.isFinite), numbers[0] <= numbers[1]
    else { return nil }
    name = String(argument[..<equals])
    range = numbers[0]...numbers[1]
  }
}
