internal import Dispatch
internal import Synchronization

/// Two independent pieces of work at once.
enum Together {
  /// Runs the first here and the second on another thread, or after it where there is only one;
  /// gives what the second made.
  ///
  /// Errors: that of the first, else that of the second.
  static func run<Made: Sendable>(
    threads: Int, _ here: () throws -> Void, and there: @escaping @Sendable () throws -> Made
  ) throws -> Made {
    guard threads > 1 else {
      try here()
      return try there()
    }
    let result = Answer<Made>()
    let group = DispatchGroup()
    DispatchQueue.global().async(group: group) {
      let made = Result { try there() }
      result.value.withLock { $0 = made }
    }
    let own = Result { try here() }
    group.wait()
    try own.get()
    guard let made = result.value.withLock({ $0 }) else {
      preconditionFailure("the group was left before its work was done")
    }
    return try made.get()
  }

  private final class Answer<Made: Sendable>: Sendable {
    let value = Mutex<Result<Made, any Error>?>(nil)
  }
}
