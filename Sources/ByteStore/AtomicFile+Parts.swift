internal import Dispatch
internal import Synchronization

extension AtomicFile {
  /// Parts below this many bytes altogether are written by the calling thread alone.
  private static let worthThreads = 4 << 20
  /// Smaller parts are put together: threads meet less often.
  private static let smallestPart = 1 << 20

  /// Appends parts in their order, made and written by as many threads at once.
  ///
  /// Reading and computing of one part overlap with writing of another: the file system lets one
  /// writer at a time into a file. Each thread holds no more than a window of its stretch.
  ///
  /// Errors: what the first part that failed threw, or `FileAccessError` of writing it.
  public func write(_ parts: [OutputPart], threads: Int) throws {
    let parts = OutputPart.joined(parts, toAtLeast: Self.smallestPart)
    let total = parts.reduce(0) { $0 + $1.count }
    let isLong = total >= Self.worthThreads
    let writer = try positionalWriter(for: total, reserving: isLong)
    guard threads > 1, parts.count > 1, isLong else {
      var stretch = OutputStretch(writer, at: writer.start, count: total)
      for part in parts { try part.produceAll(&stretch) }
      return try stretch.finish()
    }
    var offsets: [Int] = []
    var offset = writer.start
    for part in parts {
      offsets.append(offset)
      offset += part.count
    }
    let run = PartsRun(parts: parts, offsets: offsets, writer: writer)
    DispatchQueue.concurrentPerform(iterations: min(threads, parts.count)) { _ in run.work() }
    if let error = run.failure { throw error }
  }
}

/// Parts on their way, taken one after the other by several threads.
private final class PartsRun: Sendable {
  private let parts: [OutputPart]
  private let offsets: [Int]
  private let writer: PositionalWriter
  private let next = Atomic(0)
  private let failed = Mutex<(part: Int, error: any Error)?>(nil)

  init(parts: [OutputPart], offsets: [Int], writer: PositionalWriter) {
    self.parts = parts
    self.offsets = offsets
    self.writer = writer
  }

  /// The error of the first part, in the order of the file, that failed.
  var failure: (any Error)? { failed.withLock { $0?.error } }

  /// Takes parts until none is left or one has failed.
  func work() {
    while failure == nil {
      let part = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard part < parts.count else { return }
      do {
        try write(part)
      } catch {
        failed.withLock { first in
          if first.map({ part < $0.part }) ?? true { first = (part, error) }
        }
      }
    }
  }

  private func write(_ part: Int) throws {
    var stretch = OutputStretch(writer, at: offsets[part], count: parts[part].count)
    try parts[part].produceAll(&stretch)
    try stretch.finish()
  }
}
