import Foundation
import TestSupport
import Testing

/// The one JSON object that a command printed.
struct JSONObject {
  private let members: [String: Any]

  /// Reads stdout, all of which must be one object of this schema.
  init(_ run: CommandRun, schema: String) throws {
    let parsed = try JSONSerialization.jsonObject(with: Data(run.output))
    members = try #require(parsed as? [String: Any])
    #expect(members["schema"] as? String == schema)
    #expect(members["version"] as? Int == 1)
  }

  private init(_ members: [String: Any]) { self.members = members }

  subscript(name: String) -> JSONObject? {
    (members[name] as? [String: Any]).map { JSONObject($0) }
  }

  func integer(_ name: String) -> Int? { members[name] as? Int }
  func text(_ name: String) -> String? { members[name] as? String }
  func list(_ name: String) -> [JSONObject] {
    (members[name] as? [[String: Any]] ?? []).map { JSONObject($0) }
  }
}
