/// Work split over threads by index, so that no result depends on who comes first.
public enum Parallel {
  /// Calls `body` with consecutive ranges that cover 0..<count, one for each thread, at once.
  ///
  /// Each range is at least `grain` long, so that small work stays on the calling thread. `body`
  /// must write to disjoint places.
  static func forEachRange(
    _ count: Int, threads: Int, grain: Int = 1, _ body: (Range<Int>) -> Void
  ) {
    let parts = max(1, min(threads, count / max(1, grain)))
    guard parts > 1 else {
      if count > 0 { body(0..<count) }
      return
    }
    ThreadTeam.shared.run(parts: parts) { part in
      body((count * part / parts)..<(count * (part + 1) / parts))
    }
  }

  /// Calls `body` with every number below `tasks`, in any order and at once where there are
  /// threads; returns when all calls have.
  ///
  /// For work that takes milliseconds and more. `body` must write to disjoint places.
  public static func forEachTask(_ tasks: Int, threads: Int, _ body: (Int) -> Void) {
    guard threads > 1, tasks > 1 else {
      for task in 0..<tasks { body(task) }
      return
    }
    ThreadTeam.shared.run(parts: tasks, isCoarse: true, body)
  }
}
