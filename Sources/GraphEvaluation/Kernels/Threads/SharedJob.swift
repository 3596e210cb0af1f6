internal import Synchronization

/// A place for one job at a time, whose parts any thread may take.
final class SharedJob: Sendable {
  /// Parts that a ticket can count.
  static let mostParts = 0xffff

  /// Set while somebody has the place.
  private let isReserved = Atomic(false)
  /// The number of the job, how many parts it has and which is next, in 32, 16 and 16 bits: who
  /// moves `next` owns that part, and who comes late cannot take a part of a job that is over.
  private let ticket = Atomic<UInt64>(0)
  /// Parts that are not done.
  private let remaining = Atomic(0)
  private let coarse = Atomic(false)
  /// Written by the owner of the place between jobs, read by those who own a part of the job.
  private nonisolated(unsafe) var body: ((Int) -> Void)?

  /// Takes the place, if nobody has it, until `close`.
  func reserve() -> Bool {
    !isReserved.load(ordering: .relaxed)
      && isReserved.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
  }

  /// Opens a job; `body` must live until `close`.
  @unsafe func post(_ parts: Int, isCoarse: Bool, _ body: @escaping (Int) -> Void) {
    unsafe self.body = body
    coarse.store(isCoarse, ordering: .relaxed)
    remaining.store(parts, ordering: .relaxed)
    let number = (ticket.load(ordering: .relaxed) >> 32) &+ 1
    ticket.store(number << 32 | UInt64(parts) << 16, ordering: .sequentiallyConsistent)
  }

  /// Whether the parts of the job are long.
  var isCoarse: Bool { coarse.load(ordering: .relaxed) }

  /// Does the next part; false when none is left.
  func doPart() -> Bool {
    var seen = ticket.load(ordering: .acquiring)
    while seen & 0xffff < seen >> 16 & 0xffff {
      let (isOurs, now) = ticket.weakCompareExchange(
        expected: seen, desired: seen + 1, ordering: .acquiringAndReleasing)
      if isOurs {
        unsafe body?(Int(seen & 0xffff))
        remaining.subtract(1, ordering: .releasing)
        return true
      }
      seen = now
    }
    return false
  }

  /// Whether every part has been done.
  var isDone: Bool { remaining.load(ordering: .acquiring) == 0 }

  /// Gives the place back; only when all parts are done.
  func close() {
    unsafe body = nil
    isReserved.store(false, ordering: .releasing)
  }
}
