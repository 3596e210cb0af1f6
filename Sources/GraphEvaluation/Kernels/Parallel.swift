internal import Dispatch

/// Work split over threads by index, so that no result depends on who comes first.
enum Parallel {
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
    withoutActuallyEscaping(body) { body in
      // Ranges are disjoint, and so is what the calls write.
      nonisolated(unsafe) let body = body
      DispatchQueue.concurrentPerform(iterations: parts) { part in
        unsafe body((count * part / parts)..<(count * (part + 1) / parts))
      }
    }
  }
}
