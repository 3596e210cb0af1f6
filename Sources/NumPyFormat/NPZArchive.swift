public import ByteStore
public import ModelFormats
public import ModelIR

/// The arrays of a .npz file: a zip archive of .npy members.
///
/// Opening reads the directory alone; an array is unpacked, and its checksum compared, when it is
/// asked for. Stored row-major little-endian arrays stay in the file.
public struct NPZArchive: Sendable {
  /// The arrays' names in the order of the archive.
  public var names: [String] { members.map(\.name) }
  /// Members that are no arrays.
  public let otherMembers: [String]

  private let source: ByteSource
  private let options: NumPyReadOptions
  private let members: [(name: String, entry: ZipEntry)]
  private let indices: [String: Int]

  /// Small archives may unpack to any multiple.
  private static let freeBytes = 64 << 20
  /// Half of what deflate reaches on nothing but zeros.
  private static let largestRatio = 500

  /// Reads an archive's directory.
  ///
  /// Errors: `FormatError` for a damaged, lying or encrypted archive, and for one that unpacks to
  /// more than `ReadLimits.expandedBytes` or, beyond 64 MiB, to more than 500 times its size.
  public init(_ source: ByteSource, options: NumPyReadOptions = NumPyReadOptions()) throws {
    self.source = source
    self.options = options
    let directory = try ZipDirectory(source)
    var members: [(name: String, entry: ZipEntry)] = []
    var others: [String] = []
    for entry in directory.entries {
      if entry.name.hasSuffix(NPZName.suffix) {
        members.append((String(entry.name.dropLast(NPZName.suffix.count)), entry))
      } else {
        others.append(entry.name)
      }
    }
    self.members = members
    otherMembers = others
    indices = Dictionary(
      members.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    try checkExpansion()
  }

  /// The array of that name, or nil.
  public func tensor(named name: String) throws -> Tensor? {
    try indices[name].map { try tensor(at: $0) }
  }

  /// The array at a place in `names`.
  ///
  /// Errors: `FormatError` for a member that is damaged or no array of numbers.
  public func tensor(at index: Int) throws -> Tensor {
    let entry = members[index].entry
    let path = [InputLocation.PathElement("member", index, name: members[index].name)]
    let packed = ArrayPlace(file: source.path, path: path)
    switch entry.method {
    case .stored:
      try check(try Checksum.of(source, entry.data), entry, packed)
      return try NPYReader.tensor(source, entry.data, options: options, place: packed)
    case .deflated:
      let bytes = try unpack(entry, packed)
      var checksum = Checksum()
      checksum.add(bytes)
      try check(checksum.value, entry, packed)
      // Offsets in messages count from the beginning of the unpacked array.
      let place = ArrayPlace(file: source.path, path: path + [.init("unpacked")])
      return try NPYReader.tensor(
        ByteSource(bytes, path: source.path), 0..<bytes.count, options: options, place: place)
    }
  }

  /// All arrays in order.
  public func tensors() throws -> [NamedTensor] {
    try members.indices.map { NamedTensor(name: members[$0].name, tensor: try tensor(at: $0)) }
  }

  private func unpack(_ entry: ZipEntry, _ place: ArrayPlace) throws -> [UInt8] {
    do {
      return try Inflate.bytes(of: source, entry.data, count: entry.size)
    } catch Inflate.Failure.malformed(let detail) {
      throw place.error(
        .malformed(field: "packed data", detail: detail), at: entry.data.lowerBound)
    }
  }

  private func check(_ found: UInt32, _ entry: ZipEntry, _ place: ArrayPlace) throws {
    guard found == entry.checksum else {
      throw place.error(
        .inconsistent(
          "its bytes have the checksum \(String(found, radix: 16)), the archive says "
            + String(entry.checksum, radix: 16)),
        at: entry.data.lowerBound)
    }
  }

  private func checkExpansion() throws {
    let place = ArrayPlace(file: source.path)
    var total = 0
    for (name, entry) in members where entry.method == .deflated {
      guard entry.size <= Inflate.largestOutput(of: entry.data.count) else {
        throw place.error(
          .inconsistent(
            "\(entry.data.count) bytes cannot unpack to the \(entry.size) bytes that "
              + "'\(name.printable())' is said to have"),
          at: entry.headerOffset)
      }
      let (sum, overflow) = total.addingReportingOverflow(entry.size)
      total = overflow ? Int.max : sum
    }
    guard total <= options.limits.expandedBytes else {
      throw place.error(
        .limitExceeded(.expandedBytes, found: total, allowed: options.limits.expandedBytes))
    }
    let multiple = CheckedArithmetic.product(source.count, Self.largestRatio) ?? Int.max
    let allowed = max(Self.freeBytes, multiple)
    guard total <= allowed else {
      throw place.error(.limitExceeded(.expandedBytes, found: total, allowed: allowed))
    }
  }
}
