/// What a command has to say, for people and for programs.
public protocol Report: Sendable {
  /// Names the kind of JSON object: "bnfold.fold".
  static var schema: String { get }
  /// Text for people, ending in a line feed.
  func text(_ style: TextStyle) -> String
  /// The members of the JSON object behind `schema` and `version`.
  var members: [JSONValue.Member] { get }
}

extension Report {
  /// The version of the JSON object's shape; a member that is added does not change it.
  public static var version: Int { 1 }

  /// The whole JSON object.
  public var json: JSONValue {
    .object(
      [
        JSONValue.Member("schema", .string(Self.schema)),
        JSONValue.Member("version", .integer(Self.version)),
      ] + members)
  }
}
