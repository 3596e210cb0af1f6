internal import ByteStore
internal import Dispatch
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Threads that share out the parts of jobs, and stay awake for a moment when there is none.
///
/// Kernels follow each other within microseconds, and most are shorter than the time that it takes
/// to wake a thread: two parts of 300 µs took 475 µs by `concurrentPerform` on a virtual machine
/// with two processors, 390 µs one after the other, and 230 µs by this team.
///
/// A part may post jobs itself. Who has nothing to do takes parts of any job, so that neither few
/// large tasks nor many small loops leave a processor idle.
final class ThreadTeam: Sendable {
  /// The team of the process.
  static let shared = ThreadTeam()

  /// How long a member looks for a job before it sleeps.
  private static let patience = Duration.milliseconds(1)

  private let jobs = (0..<16).map { _ in SharedJob() }
  /// Counts jobs that were posted.
  private let news = Atomic<UInt64>(0)
  /// Members that sleep or are about to, and have not been called.
  private let sleepers = Atomic(0)
  private let bell = DispatchSemaphore(value: 0)
  /// Members that were started.
  private let members = Atomic(0)

  /// Calls `body` with every number below `parts`, each once, from this thread and others, no more
  /// than there are processors; returns when all calls have.
  ///
  /// `isCoarse`: the parts are long and may post jobs themselves. With more jobs than the team
  /// keeps, this thread makes all calls.
  func run(parts: Int, isCoarse: Bool = false, _ body: (Int) -> Void) {
    let helpers = min(parts, ProcessFacts.processors) - 1
    guard helpers > 0, parts <= SharedJob.mostParts,
      let job = jobs.first(where: { $0.reserve() })
    else {
      for part in 0..<parts { body(part) }
      return
    }
    withoutActuallyEscaping(body) { body in
      unsafe job.post(parts, isCoarse: isCoarse, body)
      news.add(1, ordering: .sequentiallyConsistent)
      callMembers(helpers)
      while job.doPart() {}
      wait(for: job)
      job.close()
    }
  }

  /// Waits until all parts of a job are done, and helps with others meanwhile.
  private func wait(for job: SharedJob) {
    var restless = ContinuousClock.now + Self.patience
    while !job.isDone {
      // A loop is waited for by its kernel: nothing long may come between.
      if doPart(coarseToo: job.isCoarse) {
        restless = ContinuousClock.now + Self.patience
      } else if job.isCoarse, ContinuousClock.now > restless {
        usleep(200)
      } else {
        sched_yield()
      }
    }
  }

  /// Does a part of any job; false when there is none.
  private func doPart(coarseToo: Bool) -> Bool {
    // Loops first: somebody waits for them to go on with something longer.
    jobs.contains { !$0.isCoarse && $0.doPart() }
      || coarseToo && jobs.contains { $0.isCoarse && $0.doPart() }
  }

  // MARK: Members

  /// Wakes those who sleep, and starts members until there are as many as are wanted.
  private func callMembers(_ wanted: Int) {
    var count = members.load(ordering: .relaxed)
    while count < wanted {
      let (isOurs, now) = members.weakCompareExchange(
        expected: count, desired: count + 1, ordering: .relaxed)
      if isOurs { DispatchQueue(label: "bnfold.team.\(count)").async { self.serve() } }
      count = isOurs ? count + 1 : now
    }
    // A member enters itself before it looks at the news for the last time, and the news were
    // written before this: one of the two sees the other.
    guard sleepers.load(ordering: .sequentiallyConsistent) > 0 else { return }
    for _ in 0..<sleepers.exchange(0, ordering: .sequentiallyConsistent) { bell.signal() }
  }

  /// A member's life.
  private func serve() {
    while true {
      let seen = news.load(ordering: .acquiring)
      var found = false
      while doPart(coarseToo: true) { found = true }
      if !found, !hasNews(since: seen) { sleep(unless: seen) }
    }
  }

  /// Looks for a new job for a moment.
  private func hasNews(since seen: UInt64) -> Bool {
    let end = ContinuousClock.now + Self.patience
    repeat {
      for _ in 0..<64 where news.load(ordering: .relaxed) != seen { return true }
    } while ContinuousClock.now < end
    return false
  }

  /// Sleeps until it is called; not at all if there is a new job already.
  private func sleep(unless seen: UInt64) {
    sleepers.add(1, ordering: .sequentiallyConsistent)
    if news.load(ordering: .sequentiallyConsistent) != seen {
      // Strikes itself off, unless it has been called: then the bell rings for it.
      var count = sleepers.load(ordering: .relaxed)
      while count > 0 {
        let (isStruck, current) = sleepers.weakCompareExchange(
          expected: count, desired: count - 1, ordering: .sequentiallyConsistent)
        if isStruck { return }
        count = current
      }
    }
    bell.wait()
  }
}
