internal import ArgumentParser
internal import GraphTransforms

/// `conv=off,pool-forward=on`.
struct RuleSwitches: ExpressibleByArgument {
  private var switches: [(name: String, isOn: Bool)] = []

  init?(argument: String) {
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      guard sides.count == 2, sides[1] == "on" || sides[1] == "off",
        sides[0] == "all" || Self.names.contains(sides[0])
      else { return nil }
      switches.append((sides[0], sides[1] == "on"))
    }
  }

  /// Every name that can be switched: of a rule, and of a rule in one direction.
  private static let names = Set(
    FoldRules.all.flatMap { both($0.name) + [$0.name] } + FoldRules.simplifications.map(\.name))

  private static func both(_ name: String) -> [String] { [name + "-backward", name + "-forward"] }

  /// Switches rules, one after the other.
  func apply(to disabled: inout Set<String>) {
    for (name, isOn) in switches {
      let everything = (FoldRules.all + FoldRules.simplifications).map(\.name)
      let rules = name == "all" ? everything : [name]
      for rule in rules {
        // A rule that is off in both directions is on in one again.
        for base in FoldRules.all.map(\.name)
        where isOn && Self.both(base).contains(rule) && disabled.remove(base) != nil {
          disabled.formUnion(Self.both(base))
        }
        let all = [rule] + Self.both(rule)
        if isOn { disabled.subtract(all) } else { disabled.insert(rule) }
      }
    }
  }
}
