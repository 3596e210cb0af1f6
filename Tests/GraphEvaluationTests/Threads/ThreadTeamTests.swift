import ByteStore
import Dispatch
import Synchronization
import Testing

@testable import GraphEvaluation

struct ThreadTeamTests {
  /// How often each part of a job was called.
  private final class Tally: Sendable {
    private let counts: Mutex<[Int]>

    init(_ parts: Int) { counts = Mutex([Int](repeating: 0, count: parts)) }

    func note(_ part: Int) { counts.withLock { $0[part] += 1 } }

    var isOnceEach: Bool { counts.withLock { $0.allSatisfy { $0 == 1 } } }
  }

  @Test(arguments: [0, 1, 2, 3, 7, 64, 1000]) func everyPartOnce(parts: Int) {
    let team = ThreadTeam()
    for _ in 0..<200 {
      let tally = Tally(parts)
      team.run(parts: parts) { tally.note($0) }
      #expect(tally.isOnceEach)
    }
  }

  /// Each part waits for the other to begin: one after the other they never would.
  @Test(.enabled(if: ProcessFacts.processors > 1)) func partsRunAtOnce() {
    let team = ThreadTeam()
    for isCoarse in [false, true] {
      let begun = Atomic(0)
      let met = Atomic(0)
      team.run(parts: 2, isCoarse: isCoarse) { _ in
        begun.add(1, ordering: .sequentiallyConsistent)
        let end = ContinuousClock.now + .seconds(20)
        while begun.load(ordering: .sequentiallyConsistent) < 2, ContinuousClock.now < end {}
        if begun.load(ordering: .sequentiallyConsistent) == 2 { met.add(1, ordering: .relaxed) }
      }
      #expect(met.load(ordering: .relaxed) == 2)
    }
  }

  /// Longer than members stay awake, so that they sleep and are called again, and just about as
  /// long, so that they are on the way to it.
  @Test(arguments: [0.9, 1, 1.1, 3]) func membersThatSleepAreCalled(milliseconds: Double) {
    let team = ThreadTeam()
    for round in 0..<100 {
      let tally = Tally(2)
      team.run(parts: 2) { tally.note($0) }
      #expect(tally.isOnceEach)
      let end = ContinuousClock.now + .microseconds(Int(milliseconds * 1000) + round)
      while ContinuousClock.now < end {}
    }
  }

  @Test func jobsWithinJobsAndBesideThem() {
    let team = ThreadTeam()
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      for _ in 0..<100 {
        let outer = Tally(5)
        let inner = Tally(15)
        team.run(parts: 5) { part in
          outer.note(part)
          team.run(parts: 3) { inner.note(part * 3 + $0) }
        }
        #expect(outer.isOnceEach)
        #expect(inner.isOnceEach)
      }
    }
  }

  /// Long tasks with loops in them, from several threads.
  @Test func loopsInTasks() {
    let team = ThreadTeam()
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      for _ in 0..<50 {
        let tasks = Tally(3)
        let parts = Tally(3 * 20 * 4)
        team.run(parts: 3, isCoarse: true) { task in
          tasks.note(task)
          for loop in 0..<20 {
            team.run(parts: 4) { parts.note((task * 20 + loop) * 4 + $0) }
          }
        }
        #expect(tasks.isOnceEach)
        #expect(parts.isOnceEach)
      }
    }
  }

  /// More jobs within each other than the team keeps.
  @Test func deeperThanThereArePlaces() {
    let team = ThreadTeam()
    let calls = Atomic(0)
    func descend(_ depth: Int) {
      team.run(parts: 2, isCoarse: depth.isMultiple(of: 2)) { part in
        calls.add(1, ordering: .relaxed)
        if part == 0, depth < 40 { descend(depth + 1) }
      }
    }
    descend(1)
    #expect(calls.load(ordering: .relaxed) == 80)
  }

  /// What a job wrote is there when it is over, also what other threads wrote.
  @Test func whatWasWrittenIsSeen() {
    let team = ThreadTeam()
    var numbers = [Int](repeating: 0, count: 4096)
    for round in 1...500 {
      unsafe numbers.withUnsafeMutableBufferPointer { buffer in
        nonisolated(unsafe) let places = unsafe buffer
        team.run(parts: 4) { part in
          for index in (part * 1024)..<((part + 1) * 1024) { unsafe places[index] += index }
        }
      }
      #expect(numbers.enumerated().allSatisfy { $1 == round * $0 })
    }
  }

  @Test func rangesCoverEverything() {
    for count in [0, 1, 5, 100, 1001] {
      for threads in [1, 2, 3, 8] {
        for grain in [1, 7, 400] {
          let tally = Tally(count)
          let ranges = Mutex<[Range<Int>]>([])
          Parallel.forEachRange(count, threads: threads, grain: grain) { range in
            ranges.withLock { $0.append(range) }
            for index in range { tally.note(index) }
          }
          #expect(tally.isOnceEach)
          let found = ranges.withLock { $0 }
          #expect(found.count <= threads)
          #expect(found.count < 2 || found.allSatisfy { $0.count >= grain })
        }
      }
    }
  }
}
