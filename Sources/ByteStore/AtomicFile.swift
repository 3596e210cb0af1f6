#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// An output that appears whole under its name or not at all.
///
/// Bytes go to a temporary file in the target's folder; `finish` sends them to the disk, `settle`
/// waits until it has them, `commit` renames over the target. Without a commit the temporary file disappears with this object, and
/// the old target stays as it was. An existing target is replaced, with the mode that the umask
/// gives; it may be the file that is being read. Not for use by several threads at once.
public final class AtomicFile {
  /// What a symbolic link in the target's place means.
  public enum LinkPolicy: Sendable {
    /// The file it points to is replaced: for paths that the user gave.
    case replaceTarget
    /// The link itself is replaced, never followed: for names that come from a file.
    case replaceLink
  }

  enum State {
    case writing
    /// Without a writeback the system brings the bytes to the disk when it likes.
    case finished(DiskWriteback?)
    case committed
    case discarded
  }

  /// The path as given.
  public let path: String
  /// The file being written; may be opened for reading once it is finished.
  public let temporaryPath: String
  /// Whether a file of that name existed when this one was opened.
  public let replacesExisting: Bool

  /// nil when the target is the standard output.
  private let targetName: String?
  private let temporaryName: String
  private let folder: Descriptor
  /// Open until commit: the lock on it says that the temporary file has an owner.
  private var descriptor: Descriptor?
  private var writer: DescriptorWriter
  private var place: Int
  private let calls: SystemCalls
  private(set) var state = State.writing

  /// Opens a temporary file that is to replace the file at `path`.
  ///
  /// Errors: `FileAccessError` of operation "create": no such folder, no permission, the target is
  /// a folder, pipe or device, or a link that leads nowhere.
  public convenience init(
    replacing path: String, links: LinkPolicy = .replaceTarget
  ) throws(FileAccessError) {
    try self.init(replacing: path, links: links, calls: .system)
  }

  init(
    replacing path: String, links: LinkPolicy, calls: SystemCalls
  ) throws(FileAccessError) {
    let target = try OutputTarget(path, links: links)
    let folder = try Descriptor.folder(
      target.location.folder, operation: "create", path: path)
    TemporaryName.removeStale(for: target.location.name, in: folder)
    let file = try TemporaryFile(for: target.location, in: folder, path: path)
    self.path = path
    self.calls = calls
    replacesExisting = target.exists
    targetName = target.location.name
    temporaryName = file.name
    temporaryPath = target.location.prefix + file.name
    place = file.place
    writer = DescriptorWriter(file.descriptor.number, path: path, calls: calls)
    self.folder = folder
    descriptor = file.takeDescriptor()
  }

  /// A temporary file that `commit` copies to the standard output.
  public init(standardOutputThrough scratchFolder: String) throws(FileAccessError) {
    let location = FilePath(scratchFolder + "/stdout")
    let folder = try Descriptor.folder(
      scratchFolder, operation: "create", path: scratchFolder)
    TemporaryName.removeStale(for: location.name, in: folder)
    let file = try TemporaryFile(for: location, in: folder, path: location.prefix)
    path = "-"
    calls = .system
    replacesExisting = false
    targetName = nil
    temporaryName = file.name
    temporaryPath = location.prefix + file.name
    place = file.place
    writer = DescriptorWriter(file.descriptor.number, path: temporaryPath)
    self.folder = folder
    descriptor = file.takeDescriptor()
  }

  deinit { remove() }

  /// Bytes written so far.
  public var count: Int { writer.count }

  /// Appends bytes.
  public func write(_ bytes: RawSpan) throws(FileAccessError) {
    checkWriting()
    var failure: FileAccessError?
    unsafe bytes.withUnsafeBytes { buffer in
      do throws(FileAccessError) { try unsafe writer.write(buffer) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Appends bytes.
  public func write(_ bytes: [UInt8]) throws(FileAccessError) {
    try unsafe write(bytes.span.bytes)
  }

  /// Appends a part of a source, inside the kernel where the source is a file and long.
  public func copy(from source: ByteSource, _ range: Range<Int>) throws {
    checkWriting()
    try writer.copy(from: source, range)
  }

  /// Leaves room for bytes that are written at their places; see `write(_:threads:)`.
  func positionalWriter(
    for added: Int, reserving: Bool
  ) throws(FileAccessError) -> PositionalWriter {
    checkWriting()
    return try writer.positional(for: added, reserving: reserving)
  }

  /// Replaces bytes written before; the end of the file stays where it is.
  public func overwrite(_ bytes: RawSpan, at offset: Int) throws(FileAccessError) {
    checkWriting()
    precondition(offset >= 0 && bytes.byteCount <= count - offset, "nothing written there yet")
    try writer.flush()
    var failure: FileAccessError?
    unsafe bytes.withUnsafeBytes { buffer in
      do throws(FileAccessError) {
        try unsafe writer.overwrite(buffer, at: offset)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }

  /// Replaces bytes written before; the end of the file stays where it is.
  public func overwrite(_ bytes: [UInt8], at offset: Int) throws(FileAccessError) {
    try unsafe overwrite(bytes.span.bytes, at: offset)
  }

  /// Writes out what is buffered and, if asked, sends it to the disk, which `settle` waits for.
  public func finish(sync: Bool) throws(FileAccessError) {
    checkWriting()
    try writer.flush()
    guard let number = descriptor?.number else { return }
    if sync {
      state = .finished(DiskWriteback(number, calls: calls))
    } else {
      if let found = DiskWriteback.closing(number) { throw failure(found.operation, found.code) }
      state = .finished(nil)
    }
  }

  /// Waits until the disk has what was sent there.
  ///
  /// Errors: a failed fsync is final: the system may have dropped the bytes, so that a second
  /// one that succeeds would prove nothing.
  public func settle() throws(FileAccessError) {
    guard case .finished(let writeback) = state, let found = writeback?.wait() else { return }
    remove()
    throw failure(found.operation, found.code)
  }

  /// Puts the finished file in the target's place; an unfinished one is finished first.
  public func commit() throws(FileAccessError) {
    if case .writing = state { try finish(sync: true) }
    try settle()
    guard case .finished(let writeback) = state else {
      preconditionFailure("committed or discarded before")
    }
    guard let targetName else { return try copyToStandardOutput() }
    guard calls.rename(folder.number, temporaryName, targetName) == 0 else {
      let failure = failure("rename", errno)
      remove()
      throw failure
    }
    state = .committed
    TemporaryFiles.unregister(place)
    place = -1
    descriptor = nil
    guard writeback != nil, calls.synchronize(folder.number) != 0 else { return }
    // Some file systems cannot synchronize a folder; there is nothing more to do then.
    guard errno == EINVAL || errno == ENOTSUP || errno == EBADF else {
      throw failure("synchronize the folder of", errno)
    }
  }

  /// Drops the temporary file; the target stays as it was.
  public func discard() { remove() }

  /// Takes back a commit that made a new file; one that replaced a file stays.
  func withdraw() {
    guard case .committed = state, !replacesExisting, let targetName else { return }
    _ = unsafe unlinkat(folder.number, targetName, 0)
  }

  private func copyToStandardOutput() throws(FileAccessError) {
    defer { remove() }
    try StandardStreams.writeOutput(ByteSource(file: temporaryPath))
    state = .committed
  }

  private func remove() {
    guard descriptor != nil else { return }
    if case .finished(let writeback) = state { _ = writeback?.wait() }
    _ = unsafe unlinkat(folder.number, temporaryName, 0)
    TemporaryFiles.unregister(place)
    place = -1
    descriptor = nil
    if case .committed = state { return }
    state = .discarded
  }

  private func checkWriting() {
    guard case .writing = state else { preconditionFailure("writing after finish or discard") }
  }

  private func failure(_ operation: String, _ code: Int32) -> FileAccessError {
    FileAccessError(operation: operation, path: path, problem: .system(errno: code))
  }
}
