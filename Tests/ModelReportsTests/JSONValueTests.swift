import Foundation
import Testing

@testable import ModelReports

@Test("A JSON document is read back as it was by another parser")
func jsonRoundTrip() throws {
  let strings = ["plain", "quote \" slash \\ tab \t", "\u{0}\u{1f}\u{7f}", "层 😀", "\u{2028}"]
  let value = JSONValue.members([
    "strings": .strings(strings), "none": nil, "null": .null, "flag": .bool(true),
    "integer": .integer(-9_007_199_254_740_993), "number": .number(1e-7), "nan": .number(.nan),
    "empty": .array([]), "nested": .array([.members(["a": .integer(1)]), .object([])]),
  ])
  let parsed = try JSONSerialization.jsonObject(with: Data(value.text.utf8))
  let object = try #require(parsed as? [String: Any])
  #expect(object["strings"] as? [String] == strings)
  #expect(object["none"] == nil)
  #expect(object["null"] is NSNull)
  #expect(object["flag"] as? Bool == true)
  #expect(object["integer"] as? Int == -9_007_199_254_740_993)
  #expect(object["number"] as? Double == 1e-7)
  #expect(object["nan"] is NSNull)
  #expect((object["empty"] as? [Any])?.isEmpty == true)
  #expect((object["nested"] as? [[String: Int]])?.first == ["a": 1])
}

@Test("Members keep their order and short lists stand on one line")
func jsonLayout() {
  let value = JSONValue.members([
    "b": .array([.integer(1), .integer(2)]), "a": .members(["c": .string("x")]),
  ])
  #expect(value.text == "{\n  \"b\": [1, 2],\n  \"a\": {\n    \"c\": \"x\"\n  }\n}\n")
}
