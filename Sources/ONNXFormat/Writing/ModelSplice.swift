internal import ByteStore
internal import ModelFormats
internal import ModelIR

/// Puts the bytes of an edited model together from those of the file it was read from.
///
/// Each message that something changed in is gone through record by record; a record that no
/// change names is copied as it stands. Nothing is written here: the result is a rope.
final class ModelSplice {
  let source: ByteSource
  let externalSources: [String: ByteSource]
  let old: Model
  let new: Model
  let changes: ModelChanges
  let rewritesEverything: Bool
  let plan: ExternalPlan
  var reader: RecordReader
  var places: NodePlaces
  /// Parts of data files that copied records refer to.
  var references: [ExternalReference] = []
  /// Initializers that were written anew, in order.
  var written: [ValueID] = []

  init(
    _ new: Model, basedOn original: ReadResult, changes: ModelChanges, plan: ExternalPlan,
    rewritesEverything: Bool
  ) throws {
    source = original.source
    externalSources = original.externalSources
    old = original.model
    self.new = new
    self.changes = changes
    self.plan = plan
    self.rewritesEverything = rewritesEverything
    reader = try RecordReader(original.source)
    places = NodePlaces(count: original.model.nodes.count)
  }

  /// The whole model file.
  func model() throws -> Rope {
    try checkSurroundings()
    var edit = try edit(0..<source.count)
    let bodies = Set(new.functions.map(\.body))
    var function = 0
    for position in edit.records.indices {
      let record = edit.records[position]
      switch record.number {
      case ONNXFields.Model.graph:
        edit.replace(position, content: try graph(new.mainGraph, record.body))
      case ONNXFields.Model.functions:
        guard old.functions.indices.contains(function) else { throw mismatch("functions", record) }
        let body = old.functions[function].body
        if bodies.contains(body) {
          edit.replace(position, content: try self.function(body, record.body))
        } else {
          edit.drop(position)
        }
        function += 1
      case ONNXFields.Model.trainingInfo:
        edit.replace(position, content: try relocated(.trainingInfo, record.body))
      default: break
      }
    }
    return edit.rope
  }

  /// What stands around the graphs is copied, so it has to be what it was.
  private func checkSurroundings() throws {
    let known = Set(old.functions.map(\.body))
    guard new.header == old.header, new.opsets == old.opsets,
      new.functions.allSatisfy({ known.contains($0.body) })
    else {
      throw FormatError(
        .unrepresentable("another header, other operator sets or more functions than the input's"),
        at: InputLocation(file: source.path))
    }
  }

  /// A message of the source, to be edited.
  func edit(_ content: Range<Int>) throws -> MessageEdit {
    MessageEdit(source, content: content, records: try reader.records(in: content))
  }

  /// Whether the messages of a graph have to be gone through.
  func visits(_ graph: GraphID) -> Bool {
    rewritesEverything || plan.movesKept || changes.visited.contains(graph)
  }

  /// The model and its file do not belong together.
  func mismatch(_ what: String, _ record: WireRecord) -> FormatError {
    mismatch(what, at: record.range.lowerBound)
  }

  func mismatch(_ what: String, at offset: Int) -> FormatError {
    FormatError(
      .inconsistent("the model at hand has other \(what) than the file it was read from"),
      at: InputLocation(file: source.path, position: .byte(offset)))
  }
}
