internal import Dispatch
internal import Synchronization

/// A training that is wanted.
struct TrainingJob: Sendable {
  var name: String
  var plan: NetworkPlan
  var options: TrainingOptions

  /// Trains several networks, some of them at once; results come in the order of the jobs and do
  /// not depend on how many run at once.
  static func run(
    _ jobs: [TrainingJob], digits: DigitCollection, atOnce: Int,
    progress: @Sendable (String, TrainingRun.Checkpoint) -> Void
  ) -> [TrainingRun] {
    let state = Mutex((next: 0, results: [TrainingRun?](repeating: nil, count: jobs.count)))
    DispatchQueue.concurrentPerform(iterations: max(1, min(atOnce, jobs.count))) { _ in
      while true {
        let place = state.withLock { state in
          defer { state.next += 1 }
          return state.next
        }
        guard place < jobs.count else { return }
        let job = jobs[place]
        let trainer = Trainer(name: job.name, job.plan, job.options, digits: digits)
        let run = trainer.train { progress(job.name, $0) }
        state.withLock { $0.results[place] = run }
      }
    }
    return state.withLock { $0.results.compactMap { $0 } }
  }
}
