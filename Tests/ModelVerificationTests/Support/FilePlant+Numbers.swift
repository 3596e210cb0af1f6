import ByteStore
import Foundation
import ModelFormats
import ModelIR
import ModelVerification
import TestSupport

extension FilePlant {
  static let numbers: [FilePlant] = [
    element("one bias sign", of: .bias) { numbers, _, random in
      let places = numbers.indices.filter { numbers[$0] != 0 }
      guard let place = places.randomElement(using: &random) else { return }
      numbers[place] = -numbers[place]
    },
    element("two channels swapped", of: .weight) { numbers, channels, random in
      let count = (channels.max() ?? 0) + 1
      guard count > 1 else { return }
      let a = Int.random(in: 0..<count, using: &random)
      let b = (a + Int.random(in: 1..<count, using: &random)) % count
      let first = numbers.indices.filter { channels[$0] == a }
      let second = numbers.indices.filter { channels[$0] == b }
      for (i, j) in zip(first, second) { numbers.swapAt(i, j) }
    },
    element("one weight × 1.001", of: .weight) { numbers, _, random in
      let places = numbers.indices.filter { numbers[$0] != 0 }
      if let place = places.randomElement(using: &random) { numbers[place] *= 1.001 }
    },
    element("one weight + 1,000 ulp", of: .weight, ulps: 1000) { _, _, _ in },
    element("NaN", of: .weight) { numbers, _, random in
      if let place = numbers.indices.randomElement(using: &random) { numbers[place] = .nan }
    },
  ]

  private enum Role { case weight, bias }

  /// Changes the numbers of one new tensor; `ulps`: of one element by so many.
  private static func element(
    _ name: String, of role: Role, ulps: Double = 0,
    _ change: @escaping @Sendable (inout [Double], [Int], inout SplitMix64) -> Void
  ) -> FilePlant {
    FilePlant(name) { file, folder, random in
      let claims = file.claims.filter { claim in
        if case .weight = claim.claim.role { role == .weight } else { role == .bias }
      }
      guard let claim = claims.randomElement(using: &random),
        let tensor = file.written.model.values.first(where: {
          $0.name == claim.targetName && $0.initializer != nil
        })?.initializer
      else { return nil }
      let before = try tensor.doubles()
      var after = before
      change(&after, channels(claim.claim, tensor.shape), &random)
      if ulps > 0, let place = before.indices.randomElement(using: &random) {
        after[place] += ulps * StoredNumbers.ulp(of: before[place], tensor.dataType)
      }
      let bytes = StoredNumbers.bytes(
        after.map { StoredNumbers.rounded($0, to: tensor.dataType) }, tensor.dataType)
      guard let written = try overwrite(tensor, with: bytes, of: file, in: folder) else {
        return nil
      }
      let planted = Planted(written: written, claims: file.claims)
      return try changes(planted, file) ? planted : nil
    }
  }

  /// The channel of each element that the first step of a claim is about.
  private static func channels(_ claim: FoldClaim, _ shape: TensorShape) -> [Int] {
    guard let index = claim.steps.first?.index, index.axes.allSatisfy({ $0 < shape.rank }) else {
      return []
    }
    let strides = shape.strides
    return (0..<shape.elementCount).map { element in
      index.channel(at: zip(strides, shape.dimensions).map { element / $0 % $1 })
    }
  }

  /// A copy of the written file with other bytes where a tensor lies.
  private static func overwrite(
    _ tensor: Tensor, with bytes: [UInt8], of file: FoldedFile, in folder: String
  ) throws -> ReadResult? {
    guard case .stored(let elements) = tensor.storage, elements.pieces.count == 1,
      elements.encoding == .littleEndian, elements.source.path == file.written.source.path,
      elements.pieces[0].count == bytes.count
    else { return nil }
    let path = "\(folder)/planted.onnx"
    var all = try TestFiles.bytes(file.written.source.path)
    all.replaceSubrange(elements.pieces[0], with: bytes)
    // A new file: the one before may still be open.
    try? FileManager.default.removeItem(atPath: path)
    try TestFiles.overwrite(path, with: all)
    return try Corpus.read(path)
  }

  /// Whether a stored parameter differs by more than 4 ulp from what the right fold wrote, or the
  /// right fold wrote another set of parameters.
  static func changes(_ planted: Planted, _ file: FoldedFile) throws -> Bool {
    var right: [String: Tensor] = [:]
    for value in file.written.model.values {
      if let tensor = value.initializer { right[value.name] = tensor }
    }
    // A constant that an error left behind, and nothing reads, changes nothing.
    let model = planted.written.model
    let read = Set(model.nodes.flatMap { $0?.inputs.compactMap { $0 } ?? [] })
    for id in read.sorted() {
      let value = model[id]
      guard let found = value.initializer, found.dataType.unitRoundoff != nil else { continue }
      guard let expected = right[value.name], expected.shape == found.shape else { return true }
      if try found.hasSameElements(as: expected) { continue }
      for (a, b) in try zip(found.doubles(), expected.doubles())
      where !((a - b).magnitude <= 4 * StoredNumbers.ulp(of: b, expected.dataType)) {
        return true
      }
    }
    return false
  }
}
