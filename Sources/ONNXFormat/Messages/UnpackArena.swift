// Both, because either may be seen as the owner of the C library's header.
internal import CModelSchemas
internal import CProtobufC

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Memory for one unpacked message: allocated in a row, released at once, never above a budget.
///
/// libprotobuf-c allocates every string and submessage by itself; a small file can make it take
/// a hundred times its size. Above the budget the arena gives nothing more, which the library
/// turns into a failed unpack.
@safe final class UnpackArena {
  private static let chunkSize = 256 << 10
  private static let alignment = 16

  private let budget: Int
  private var chunks: [UnsafeMutableRawPointer] = unsafe []
  private var next: UnsafeMutableRawPointer?
  private var left = 0
  /// Bytes taken from the system.
  private(set) var used = 0
  /// Bytes that would have been in use with the allocation that was refused.
  private(set) var refusedAt: Int?

  init(budget: Int) {
    self.budget = budget
    unsafe next = nil
  }

  deinit {
    unsafe chunks.forEach { unsafe free($0) }
  }

  /// Calls `body` with the C library's view of this arena.
  func withAllocator<Result>(
    _ body: (UnsafeMutablePointer<ProtobufCAllocator>) throws -> Result
  ) rethrows -> Result {
    var allocator = unsafe ProtobufCAllocator(
      alloc: { data, size in
        guard let data = unsafe data else { return nil }
        return unsafe Unmanaged<UnpackArena>.fromOpaque(data).takeUnretainedValue().take(size)
      },
      free: { _, _ in },
      allocator_data: Unmanaged.passUnretained(self).toOpaque())
    return try withExtendedLifetime(self) { try unsafe body(&allocator) }
  }

  private func take(_ size: Int) -> UnsafeMutableRawPointer? {
    guard size >= 0, size <= Int.max - Self.alignment else { return unsafe refuse(size) }
    let rounded = max(size + Self.alignment - 1, Self.alignment) & ~(Self.alignment - 1)
    // Large blocks get a chunk of their own and leave the current one open.
    if rounded > Self.chunkSize / 4 {
      guard let chunk = unsafe newChunk(rounded) else { return unsafe refuse(size) }
      return unsafe chunk
    }
    if rounded > left {
      guard let chunk = unsafe newChunk(Self.chunkSize) else { return unsafe refuse(size) }
      unsafe next = unsafe chunk
      left = Self.chunkSize
    }
    let result = unsafe next
    unsafe next = unsafe next?.advanced(by: rounded)
    left -= rounded
    return unsafe result
  }

  private func newChunk(_ size: Int) -> UnsafeMutableRawPointer? {
    guard size <= budget - used, let chunk = unsafe malloc(size) else { return nil }
    used += size
    unsafe chunks.append(chunk)
    return unsafe chunk
  }

  private func refuse(_ size: Int) -> UnsafeMutableRawPointer? {
    refusedAt = used.addingReportingOverflow(max(size, Self.chunkSize)).partialValue
    return nil
  }
}
