internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Temporary files that must not outlive the process, whatever ends it.
///
/// A fixed table of paths, changed by atomic exchanges alone, so that a signal handler may walk it.
/// What a kill −9 leaves behind, the next run for the same target removes (`TemporaryName`).
public enum TemporaryFiles {
  private static let capacity = 1024
  /// Addresses of C strings, 0 where free.
  ///
  /// Allocated once and never freed: handlers may run at exit.
  private nonisolated(unsafe) static let slots: UnsafeMutablePointer<Atomic<UInt>> = {
    let slots = UnsafeMutablePointer<Atomic<UInt>>.allocate(capacity: capacity)
    for index in 0..<capacity { unsafe (slots + index).initialize(to: Atomic(0)) }
    return unsafe slots
  }()

  /// Makes SIGINT, SIGTERM, SIGHUP and SIGPIPE remove the temporary files and end the process with
  /// 128 + the signal's number, quietly; lets a file size limit (SIGXFSZ) be an ordinary error.
  ///
  /// For the command, once, before the first output is opened. A signal that was ignored when the
  /// process started stays ignored, as `nohup` expects; a broken pipe ends the process in any case.
  public static func removeOnSignals() {
    // The table must exist before a handler looks at it.
    _ = unsafe slots
    // Programs that start others with their own mask (Foundation's Process does) block signals.
    var handled = sigset_t()
    _ = unsafe sigemptyset(&handled)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] {
      _ = unsafe sigaddset(&handled, number)
      let previous = signal(number, handler)
      let wasIgnored = address(of: previous) == address(of: SIG_IGN)
      if wasIgnored && number != SIGPIPE { _ = signal(number, SIG_IGN) }
    }
    _ = signal(SIGXFSZ, SIG_IGN)
    _ = unsafe pthread_sigmask(Int32(SIG_UNBLOCK), &handled, nil)
  }

  /// Functions of C cannot be compared otherwise.
  private static func address(of handler: (@convention(c) (Int32) -> Void)?) -> Int {
    unsafe unsafeBitCast(handler, to: Int.self)
  }

  private static let handler: @convention(c) (Int32) -> Void = { number in
    TemporaryFiles.removeAll()
    _exit(128 + number)
  }

  /// Removes every registered file; safe inside a signal handler.
  static func removeAll() {
    for index in 0..<capacity {
      let address = unsafe slots[index].exchange(0, ordering: .acquiringAndReleasing)
      guard let path = unsafe UnsafePointer<CChar>(bitPattern: address) else { continue }
      // The string is not freed: free is not safe inside a handler.
      _ = unsafe unlink(path)
    }
  }

  /// Remembers a path; -1 when the table is full (then only the owner removes the file).
  static func register(_ path: String) -> Int {
    guard let copy = unsafe strdup(path) else { return -1 }
    let address = UInt(bitPattern: copy)
    for index in 0..<capacity {
      let taken = unsafe slots[index].compareExchange(
        expected: 0, desired: address, ordering: .acquiringAndReleasing)
      if taken.exchanged { return index }
    }
    unsafe free(copy)
    return -1
  }

  /// Forgets the path at a place that `register` returned.
  static func unregister(_ place: Int) {
    guard place >= 0 else { return }
    let address = unsafe slots[place].exchange(0, ordering: .acquiringAndReleasing)
    unsafe free(UnsafeMutableRawPointer(bitPattern: address))
  }
}
