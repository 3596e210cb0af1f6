internal import ModelReports

/// Notes how long each step takes, and tells which one begins.
struct Stopwatch {
  private let clock = ContinuousClock()
  private let announce: (String) -> Void
  private(set) var stages: [StageTime] = []

  init(_ announce: @escaping (String) -> Void) { self.announce = announce }

  /// Times a step; steps of the same name add up.
  mutating func time<Result>(_ name: String, _ body: () throws -> Result) rethrows -> Result {
    announce("\(name) ...")
    let start = clock.now
    defer {
      let took = start.duration(to: clock.now).components
      let seconds = Double(took.seconds) + Double(took.attoseconds) * 1e-18
      if let position = stages.firstIndex(where: { $0.name == name }) {
        stages[position].seconds += seconds
      } else {
        stages.append(StageTime(name: name, seconds: seconds))
      }
    }
    return try body()
  }
}
