internal import GraphEvaluation

/// Pieces of work that do not wait for each other.
enum Together {
  /// Runs two at once, or one after the other where there is only one thread; gives what the
  /// second made.
  ///
  /// Errors: that of the first, else that of the second.
  static func run<Made>(
    threads: Int, _ first: () throws -> Void, and second: () throws -> Made
  ) throws -> Made {
    var done: Result<Void, any Error>?
    var made: Result<Made, any Error>?
    Parallel.forEachTask(2, threads: threads) { task in
      if task == 0 { done = Result { try first() } } else { made = Result { try second() } }
    }
    try done?.get()
    guard let made else { preconditionFailure("a task was not run") }
    return try made.get()
  }

  /// Runs all, beginning with the first, at once where there are threads.
  static func run(threads: Int, _ tasks: [() -> Void]) {
    Parallel.forEachTask(tasks.count, threads: threads) { tasks[$0]() }
  }
}
