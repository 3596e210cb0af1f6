internal import Dispatch
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A written file on its way to the disk, by a thread of its own.
///
/// The disk takes as long as writing did; what was written can be read and verified meanwhile.
final class DiskWriteback: Sendable {
  /// What failed, and with which errno.
  struct Failure: Sendable {
    let operation: String
    let code: Int32
  }

  private let group = DispatchGroup()
  private let failure = Mutex<Failure?>(nil)

  /// Starts; the descriptor stays open until `wait` has returned.
  init(_ descriptor: Int32, calls: SystemCalls) {
    // A queue of its own gets a thread even where all those of the global queue wait for this one.
    DispatchQueue(label: "bnfold.writeback").async(group: group) { [self] in
      let found =
        calls.synchronize(descriptor) == 0
        ? Self.closing(descriptor) : Failure(operation: "synchronize", code: errno)
      failure.withLock { $0 = found }
    }
  }

  /// Waits for the end, at any number of calls; nil when the disk has every byte.
  func wait() -> Failure? {
    group.wait()
    return failure.withLock { $0 }
  }

  /// Some file systems report failed writes on closing only; closing a duplicate asks for that
  /// while the lock on the file stays.
  static func closing(_ descriptor: Int32) -> Failure? {
    let duplicate = dup(descriptor)
    return duplicate < 0 || close(duplicate) == 0 || errno == EINTR
      ? nil : Failure(operation: "close", code: errno)
  }
}
