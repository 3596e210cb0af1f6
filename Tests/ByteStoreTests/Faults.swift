import Synchronization

@testable import ByteStore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// System calls that fail as disks and file systems do.
enum Faults {
  /// Writes succeed until `limit` bytes are down, then fail with `code`; a write across the limit
  /// is short, as on a full disk.
  static func full(after limit: Int, code: Int32) -> SystemCalls {
    let written = Counter()
    return with { calls in
      unsafe calls.write = { descriptor, bytes in
        let room = limit - written.value
        guard room > 0 else { return fail(code) }
        let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[..<min(bytes.count, room)])
        let count = unsafe SystemCalls.system.write(descriptor, part)
        written.add(max(0, count))
        return count
      }
      unsafe calls.writeAt = { descriptor, bytes, offset in
        // Several threads may pass the limit together: each takes its bytes first.
        let before = written.taking(bytes.count)
        guard before < limit else { return fail(code) }
        let part = unsafe UnsafeRawBufferPointer(
          rebasing: bytes[..<min(bytes.count, limit - before)])
        return unsafe SystemCalls.system.writeAt(descriptor, part, offset)
      }
      calls.copyRange = { _, _, _, _ in fail(ENOSYS) }
    }
  }

  /// Every other write is interrupted or not possible yet, the others take at most `size` bytes.
  static func short(_ size: Int) -> SystemCalls {
    let turn = Counter()
    return with { calls in
      unsafe calls.write = { descriptor, bytes in
        turn.add(1)
        guard turn.value.isMultiple(of: 2) else {
          return fail(turn.value % 4 == 1 ? EINTR : EAGAIN)
        }
        let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[..<min(bytes.count, size)])
        return unsafe SystemCalls.system.write(descriptor, part)
      }
      unsafe calls.writeAt = { descriptor, bytes, offset in
        turn.add(1)
        guard turn.value.isMultiple(of: 2) else { return fail(EINTR) }
        let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[..<min(bytes.count, size)])
        return unsafe SystemCalls.system.writeAt(descriptor, part, offset)
      }
      calls.copyRange = { from, offset, to, count in
        turn.add(1)
        guard turn.value.isMultiple(of: 2) else { return fail(EINTR) }
        return SystemCalls.system.copyRange(from, offset, to, min(count, size))
      }
    }
  }

  /// The system's calls with some replaced.
  static func with(_ change: (inout SystemCalls) -> Void) -> SystemCalls {
    var calls = SystemCalls.system
    change(&calls)
    return calls
  }

  /// −1 with a reason in errno.
  static func fail<Number: SignedInteger>(_ code: Int32) -> Number {
    errno = code
    return -1
  }
}

/// A number that `@Sendable` closures may change.
final class Counter: Sendable {
  private let number = Atomic<Int>(0)

  var value: Int { number.load(ordering: .relaxed) }

  func add(_ amount: Int) { number.add(amount, ordering: .relaxed) }

  /// Adds, and tells what it was before.
  func taking(_ amount: Int) -> Int { number.add(amount, ordering: .relaxed).oldValue }
}
