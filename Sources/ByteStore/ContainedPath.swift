#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A path out of a model file, which may only lead to files beside or below that model.
///
/// Opening goes component by component and follows no link. A link is accepted in two cases: the
/// model itself was reached through a link and the data's target stands in the very folder of the
/// model's target (the Hugging Face cache: `snapshots/<rev>/model.onnx → ../../blobs/<sha>`), or
/// the target lies in a folder that the caller allows. In both the target is opened from that
/// folder, again without following links, so that a link swapped meanwhile changes nothing.
public struct ContainedPath: Sendable, Hashable {
  /// The components, without "." ones; at least one.
  public let components: [String]
  /// The path as the file gives it.
  public let location: String

  /// Checks the text alone: relative, and no empty or ".." component, backslash, NUL or drive.
  ///
  /// Errors: `FileAccessError.escapes` with the reason.
  public init(_ location: String) throws(FileAccessError) {
    func refusal(_ reason: String) -> FileAccessError {
      FileAccessError(operation: "open", path: location, problem: .escapes(reason: reason))
    }
    let bytes = location.utf8
    if bytes.isEmpty { throw refusal("the location is empty") }
    if bytes.contains(0) { throw refusal("the location contains a NUL") }
    if location.contains("_ORT_MEM_ADDR_") {
      throw refusal("the location is a memory address marker, not a file")
    }
    if bytes.contains(UInt8(ascii: "\\")) { throw refusal("the location contains a backslash") }
    if bytes.first == UInt8(ascii: "/") { throw refusal("the location is an absolute path") }
    var components: [String] = []
    for component in location.split(separator: "/", omittingEmptySubsequences: false) {
      if component.isEmpty { throw refusal("the location has an empty component") }
      if component == ".." { throw refusal("the location leaves the model's folder by '..'") }
      if component != "." { components.append(String(component)) }
    }
    guard let first = components.first else { throw refusal("the location names no file") }
    let letters = Array(first.utf8.prefix(2))
    if letters.count == 2, letters[1] == UInt8(ascii: ":") {
      throw refusal("the location begins with a drive")
    }
    self.components = components
    self.location = location
  }

  /// Opens the file for a model at `modelPath`.
  ///
  /// The folder of `modelPath` as given is tried first, then that of the file it links to.
  /// `allowedFolders` are folders into which links may lead.
  /// Errors: `FileAccessError`: the system's reason, `.notARegularFile`, or `.escapes`.
  public func open(
    beside modelPath: String, allowingLinksInto allowedFolders: [String] = []
  ) throws(FileAccessError) -> ByteSource {
    let given = FilePath(modelPath)
    let model = try canonical(modelPath)
    let source: ByteSource
    do throws(FileAccessError) {
      source = try open(
        in: given, modelWasLinked: Self.isLink(modelPath), model: model,
        allowedFolders: allowedFolders)
    } catch {
      let beside = FilePath(model)
      guard error.problem == .system(errno: ENOENT), Self.isLink(modelPath) else { throw error }
      source = try open(
        in: beside, modelWasLinked: false, model: model, allowedFolders: allowedFolders)
    }
    guard !source.isFile(at: modelPath) else {
      throw refusal("the location is the model file itself")
    }
    return source
  }

  private func open(
    in base: FilePath, modelWasLinked: Bool, model: String, allowedFolders: [String]
  ) throws(FileAccessError) -> ByteSource {
    let path = base.prefix + location
    let folder = try Descriptor.folder(base.folder, operation: "open", path: path)
    switch Self.descend(components[...], from: folder.number) {
    case .file(let file): return try ByteSource(takingOwnership: file.release(), path: path)
    case .failed(let code): throw failure(.system(errno: code))
    case .link: break
    }
    let target = try canonical(path)
    let modelFolder = FilePath(model).folder
    if modelWasLinked, FilePath(target).folder == modelFolder {
      return try open(FilePath(target).name, below: modelFolder, path: path)
    }
    for allowed in allowedFolders {
      let root = try canonical(allowed)
      let prefix = root == "/" ? root : root + "/"
      guard target.hasPrefix(prefix) else { continue }
      return try open(String(target.dropFirst(prefix.count)), below: root, path: path)
    }
    throw refusal("a symbolic link leads to \(target), outside the model's folder")
  }

  /// Opens a canonical path below a folder; a link in it means that somebody changed it meanwhile.
  private func open(
    _ relative: String, below root: String, path: String
  ) throws(FileAccessError) -> ByteSource {
    let folder = try Descriptor.folder(root, operation: "open", path: root)
    let components = relative.split(separator: "/").map(String.init)
    switch Self.descend(components[...], from: folder.number) {
    case .file(let file): return try ByteSource(takingOwnership: file.release(), path: path)
    case .failed(let code): throw failure(.system(errno: code))
    case .link: throw refusal("a symbolic link changed while it was followed")
    }
  }

  private enum Descent: ~Copyable {
    case file(Descriptor)
    case link
    case failed(Int32)
  }

  private static func descend(_ components: ArraySlice<String>, from folder: Int32) -> Descent {
    guard let name = components.first else { return .failed(ENOENT) }
    let isLast = components.count == 1
    // O_NONBLOCK: a FIFO must not hang before it can be refused.
    let flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | (isLast ? O_NONBLOCK : O_DIRECTORY)
    let number = unsafe openat(folder, name, flags)
    guard number >= 0 else {
      let code = errno
      var info = stat()
      let found = unsafe fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0
      return found && info.st_mode & S_IFMT == S_IFLNK ? .link : .failed(code)
    }
    let opened = Descriptor(number)
    return isLast ? .file(opened) : descend(components.dropFirst(), from: opened.number)
  }

  private func canonical(_ path: String) throws(FileAccessError) -> String {
    guard let resolved = unsafe realpath(path, nil) else { throw failure(.system(errno: errno)) }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  private static func isLink(_ path: String) -> Bool {
    var info = stat()
    return unsafe lstat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFLNK
  }

  private func failure(_ problem: FileAccessError.Problem) -> FileAccessError {
    FileAccessError(operation: "open", path: location, problem: problem)
  }

  private func refusal(_ reason: String) -> FileAccessError { failure(.escapes(reason: reason)) }
}
