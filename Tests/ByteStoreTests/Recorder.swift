import Synchronization

/// Ranges that `@Sendable` closures note.
final class Recorder: Sendable {
  private let noted = Mutex<[Range<Int>]>([])

  var ranges: [Range<Int>] { noted.withLock { $0 } }

  func note(_ range: Range<Int>) { noted.withLock { $0.append(range) } }
}
