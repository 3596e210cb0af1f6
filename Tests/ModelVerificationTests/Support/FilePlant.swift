import ModelFormats
import ModelIR
import ModelVerification
import TestSupport
import Testing

/// An error put into a written file.
///
/// There are three ways to put it there: other bytes in the place of a new tensor's; other nodes in
/// the written model; or a fold of a model that is not quite the original, so that the file is what
/// a fold with that mistake would have written, and its claims are what that fold would have said.
struct FilePlant: Sendable, CustomTestStringConvertible {
  /// A file with an error, and what the fold that made it says of itself.
  struct Planted {
    var written: ReadResult
    var claims: [NamedClaim]
  }

  typealias Put =
    @Sendable (FoldedFile, _ folder: String, inout SplitMix64) throws -> Planted?

  var testDescription: String
  /// Puts the error into a copy of the file; nil where it does not apply: there is no place for
  /// it, or no number changes by more than 4 ulp.
  var put: Put

  init(_ name: String, _ put: @escaping Put) {
    testDescription = name
    self.put = put
  }

  static let all: [FilePlant] = numbers + statistics + structures
}
