/// Outputs that belong together: a model and the data files beside it.
///
/// The disk has all of them before the first is renamed, data files are renamed before the model, and a
/// failure takes back what can be taken back. A data file whose name is new can therefore never be
/// seen with a model that does not match it; give data files new names where that matters.
public final class OutputFiles {
  /// The file that the user named; its bytes are written last or first, as the format likes.
  public let model: AtomicFile
  /// Data files in the order in which they were added.
  public private(set) var data: [(name: String, file: AtomicFile)] = []
  /// The folder that data files are put into: that of the file which the model replaces.
  private let folderPrefix: String?
  /// The model's file name without its folder; empty for the standard output.
  public let modelName: String

  /// Opens the model's file; "-" is the standard output.
  public init(model path: String) throws(FileAccessError) {
    if path == "-" {
      model = try AtomicFile(standardOutputThrough: StandardStreams.scratchFolder)
      folderPrefix = nil
      modelName = ""
    } else {
      let target = try OutputTarget(path, links: .replaceTarget)
      model = try AtomicFile(replacing: path)
      folderPrefix = target.location.prefix
      modelName = target.location.name
    }
  }

  /// Opens a data file beside the model; `name` is the location that the model will hold.
  ///
  /// Errors: `FileAccessError.escapes` when the name leads to another folder, is the model's own or
  /// is taken, or when the model goes to the standard output.
  public func addData(named name: String) throws(FileAccessError) -> AtomicFile {
    func refusal(_ reason: String) -> FileAccessError {
      FileAccessError(operation: "create", path: name, problem: .escapes(reason: reason))
    }
    guard let folderPrefix else {
      throw refusal("a model with data files cannot be written to the standard output")
    }
    let location = try ContainedPath(name)
    guard location.components.count == 1 else {
      throw refusal("data files stand in the model's own folder")
    }
    guard location.components[0] != modelName, !data.contains(where: { $0.name == name }) else {
      throw refusal("the name is taken by another file of this model")
    }
    let file = try AtomicFile(
      replacing: folderPrefix + location.components[0], links: .replaceLink)
    data.append((name, file))
    return file
  }

  /// The path that a data file of this name would have; nil for the standard output.
  public func dataPath(named name: String) -> String? { folderPrefix.map { $0 + name } }

  /// Where each data file can be read before the commit, by its location in the model.
  public var temporaryDataPaths: [String: String] {
    Dictionary(uniqueKeysWithValues: data.map { ($0.name, $0.file.temporaryPath) })
  }

  /// Bytes of all files.
  public var count: Int { data.reduce(model.count) { $0 + $1.file.count } }

  /// Finishes every file, so that all can be read and verified at their temporary paths.
  public func finish(sync: Bool) throws(FileAccessError) {
    for (_, file) in data { try file.finish(sync: sync) }
    try model.finish(sync: sync)
  }

  /// Renames the finished files: data first, the model last.
  public func commit() throws(FileAccessError) {
    var committed: [AtomicFile] = []
    do throws(FileAccessError) {
      for (_, file) in data { try file.settle() }
      try model.settle()
      for (_, file) in data {
        try file.commit()
        committed.append(file)
      }
      try model.commit()
    } catch {
      for file in committed { file.withdraw() }
      discard()
      throw error
    }
  }

  /// Drops every file that is not committed.
  public func discard() {
    for (_, file) in data { file.discard() }
    model.discard()
  }
}
