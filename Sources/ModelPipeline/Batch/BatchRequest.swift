/// Many models that are to be folded alike.
public struct BatchRequest: Sendable {
  /// The folder with the models.
  public var input: String
  /// The folder for what becomes of them, in the same order of folders; may be the same one.
  public var output: String
  /// What to do with each; its input and output are filled in.
  public var fold: FoldRequest
  /// Models at once; no more than there are processors.
  public var jobs: Int
  /// Bytes that models in work may take together, by estimate; one alone may take more.
  public var memory: Int
  /// A file to which a line of JSON is appended for each model.
  public var results: String?
  /// Passes over models that `results` has as done and that have not changed since.
  public var resumes = false

  /// A request for all models below a folder.
  public init(input: String, output: String, fold: FoldRequest, jobs: Int, memory: Int) {
    self.input = input
    self.output = output
    self.fold = fold
    self.jobs = jobs
    self.memory = memory
  }
}
