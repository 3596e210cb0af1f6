/// The version of this library and of the command.
public enum Version {
  /// Semantic version; the command prints it for `--version`.
  public static let string = "0.1.0"
}
