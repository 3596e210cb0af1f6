internal import ArgumentParser

/// `NAME=1,3,224,224`.
struct NamedShape: ExpressibleByArgument {
  var name: String
  var extents: [Int]

  init?(argument: String) {
    // Names may hold an equals sign, extents never do.
    guard let equals = argument.lastIndex(of: "=") else { return nil }
    let parts = argument[argument.index(after: equals)...].split(
      separator: ",", omittingEmptySubsequences: false)
    let extents = parts.compactMap { Int($0) }
    guard !argument[..<equals].isEmpty, extents.count == parts.count,
      extents.allSatisfy({ $0 >= 0 })
    else { return nil }
    name = String(argument[..<equals])
    self.extents = extents
  }
}
