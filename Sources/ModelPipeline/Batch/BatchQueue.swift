internal import Dispatch
internal import Synchronization

/// Hands out models to workers in order, while there is memory for them.
final class BatchQueue: Sendable {
  private struct State {
    var next = 0
    var running = 0
    var used = 0
    var waiting = 0
  }

  private let needs: [Int]
  private let memory: Int
  private let state = Mutex(State())
  private let wake = DispatchSemaphore(value: 0)

  /// `needs` are the bytes that each model takes, by estimate.
  init(needs: [Int], memory: Int) {
    self.needs = needs
    self.memory = memory
  }

  /// The next model, once there is memory for it; nil when all are taken.
  ///
  /// A model that needs more than there is at all waits until it is alone.
  func take() -> Int? {
    while true {
      let (position, isOver) = state.withLock { state -> (Int?, Bool) in
        guard state.next < needs.count else { return (nil, true) }
        let need = needs[state.next]
        guard state.running == 0 || need <= memory - state.used else {
          state.waiting += 1
          return (nil, false)
        }
        defer { state.next += 1 }
        state.running += 1
        state.used += need
        return (state.next, false)
      }
      if isOver { return nil }
      if let position { return position }
      wake.wait()
    }
  }

  /// Gives back the memory of a model that is done.
  func finish(_ position: Int) {
    let waiting = state.withLock { state -> Int in
      state.running -= 1
      state.used -= needs[position]
      defer { state.waiting = 0 }
      return state.waiting
    }
    for _ in 0..<waiting { wake.signal() }
  }
}
