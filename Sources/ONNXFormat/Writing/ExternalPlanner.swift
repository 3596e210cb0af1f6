internal import ByteStore
internal import ModelFormats
internal import ModelIR

/// Decides where tensors outside the model file go.
///
/// Each data file of the input that the output still needs becomes one of the output: a copy in
/// which a new tensor overwrites the one it was made from, where that one is gone and as long, and
/// is appended at a multiple of 4096 bytes otherwise. Offsets of what stays are those of the input,
/// so that a model in which nothing changed differs in `location` only. New tensors below 1 KiB
/// stand in the model file, but for those that overwrite.
///
/// Names: `MODEL.data` for one file; `MODEL.1.data`, `MODEL.2.data`, … for several, in the order
/// in which the model refers to them. A name under which one of the input's files stands is passed
/// over.
struct ExternalPlanner {
  /// Tensors shorter than this stand in the model file.
  static let inlineLimit = 1024
  /// Offsets of appended tensors are multiples of this.
  static let alignment = 4096

  /// A data file in the making.
  private struct DataFile {
    var source: ByteSource
    var replaced: [(range: Range<Int>, rope: Rope)] = []
    var appended: [(offset: Int, rope: Rope)] = []
    var end: Int
    /// What is referred to, of the input's bytes.
    var live: [Range<Int>] = []
  }

  private let survey: ModelSplice
  private var files: [String: DataFile] = [:]
  /// Keys of `files` in order of first mention.
  private var order: [String] = []
  private var slots: [ValueID: (key: String, offset: Int, length: Int)] = [:]

  private var movesAll = false

  /// Plans for what a splice without a plan found: the parts of data files that stay in use, and
  /// the initializers that are written anew.
  init(_ survey: ModelSplice) { self.survey = survey }

  /// Places new initializers; with `all`, moves every initializer of 1 KiB and more out of the
  /// model file.
  mutating func plan(movingAll all: Bool) {
    movesAll = all
    for reference in survey.references {
      use(reference.location)
      files[reference.location]?.live.append(reference.range)
    }
    var rest: [ValueID] = []
    for value in survey.written where !share(value) { rest.append(value) }
    rest = rest.filter { !overwrite($0) }
    guard all || !survey.externalSources.isEmpty else { return }
    if all { rest += keptInside() }
    for value in rest { append(value) }
  }

  /// The plan with the output's names, and the data files' bytes.
  func result(
    names: (Int) -> [String]
  ) -> (plan: ExternalPlan, files: [(name: String, rope: Rope)]) {
    let locations = Dictionary(
      zip(order, names(order.count)), uniquingKeysWith: { first, _ in first })
    var plan = ExternalPlan()
    plan.movesKept = movesAll
    var ropes: [(name: String, rope: Rope)] = []
    for key in order {
      guard let file = files[key], let location = locations[key] else { continue }
      let isLonger = file.end > file.source.count
      plan.files[key] = ExternalPlan.File(
        location: location, isChanged: isLonger || !file.replaced.isEmpty,
        formerLength: isLonger ? file.source.count : nil)
      ropes.append((location, rope(of: file)))
    }
    for (value, slot) in slots {
      guard let location = locations[slot.key] else { continue }
      plan.slots[value] = ExternalPlan.Slot(
        location: location, offset: slot.offset, length: slot.length)
    }
    return (plan, ropes)
  }

  private func rope(of file: DataFile) -> Rope {
    var rope = Rope()
    var offset = 0
    for (range, part) in file.replaced.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      rope.append(file.source, offset..<range.lowerBound)
      rope.append(part)
      offset = range.upperBound
    }
    rope.append(file.source, offset..<file.source.count)
    for (offset, part) in file.appended {
      rope.append([UInt8](repeating: 0, count: offset - rope.count))
      rope.append(part)
    }
    return rope
  }

  // MARK: Places

  private mutating func use(_ key: String) {
    guard files[key] == nil else { return }
    let source = survey.externalSources[key] ?? ByteSource([])
    files[key] = DataFile(source: source, end: source.count)
    order.append(key)
  }

  private func stored(_ tensor: Tensor) -> (key: String, range: Range<Int>)? {
    guard case .stored(let elements) = tensor.storage, elements.encoding == .littleEndian,
      elements.pieces.count == 1, tensor.byteCount == elements.pieces[0].count,
      let key = survey.externalSources.first(where: { $0.value === elements.source })?.key
    else { return nil }
    return (key, elements.pieces[0])
  }

  /// A new tensor whose bytes stand in a data file already refers to them.
  private mutating func share(_ value: ValueID) -> Bool {
    guard let tensor = survey.new[value].initializer, let place = stored(tensor) else {
      return false
    }
    use(place.key)
    files[place.key]?.live.append(place.range)
    slots[value] = (place.key, place.range.lowerBound, place.range.count)
    return true
  }

  /// A new tensor takes the place of one that it is made from, if nothing refers to that any more.
  private mutating func overwrite(_ value: ValueID) -> Bool {
    guard let tensor = survey.new[value].initializer, let count = tensor.byteCount, count > 0,
      case .derived(let recipe) = tensor.storage
    else { return false }
    for term in recipe.terms {
      guard let source = term.source, let place = stored(source), place.range.count == count else {
        continue
      }
      use(place.key)
      guard var file = files[place.key], !file.live.contains(where: { $0.overlaps(place.range) }),
        !file.replaced.contains(where: { $0.range.overlaps(place.range) })
      else { continue }
      file.replaced.append(
        (place.range, survey.payload(tensor, .initializer(value), count: count)))
      files[place.key] = file
      slots[value] = (place.key, place.range.lowerBound, count)
      return true
    }
    return false
  }

  private mutating func append(_ value: ValueID) {
    guard let tensor = survey.new[value].initializer, let count = tensor.byteCount,
      count >= Self.inlineLimit
    else { return }
    let key = home(of: tensor)
    use(key)
    guard var file = files[key] else { return }
    let (padded, overflow) = file.end.addingReportingOverflow(Self.alignment - 1)
    guard !overflow, padded < Int.max - count else { return }
    let offset = padded / Self.alignment * Self.alignment
    file.appended.append((offset, survey.payload(tensor, .initializer(value), count: count)))
    file.end = offset + count
    files[key] = file
    slots[value] = (key, offset, count)
  }

  /// The data file of what a tensor is made from, or the first one; "" is a file of the output's
  /// own, which no input can name.
  private func home(of tensor: Tensor) -> String {
    if case .derived(let recipe) = tensor.storage {
      for term in recipe.terms {
        if let source = term.source, let place = stored(source) { return place.key }
      }
    }
    return order.first ?? ""
  }

  /// Initializers that stay and stand in the model file.
  private func keptInside() -> [ValueID] {
    let functionBodies = Set(survey.new.functions.map(\.body))
    var result: [ValueID] = []
    for position in survey.new.graphs.indices {
      let graph = GraphID(position)
      guard !functionBodies.contains(graph), survey.old.graphs.indices.contains(position) else {
        continue
      }
      let known = Set(survey.old[graph].initializers)
      for value in survey.new[graph].initializers where known.contains(value) {
        guard case .stored(let elements)? = survey.new[value].initializer?.storage,
          elements.source === survey.source, elements.encoding != .strings
        else { continue }
        result.append(value)
      }
    }
    return result
  }
}
