/// Names of members, which are names of arrays with `.npy` behind.
///
/// They never become paths here. Slashes are usual in tensors' names, also in front
/// ("/model.0/conv/Conv_output_0"); what could only harm programs that unpack archives to disk is
/// refused.
enum NPZName {
  static let suffix = ".npy"

  static func isAcceptable(_ name: String) -> Bool {
    guard !name.isEmpty, !name.utf8.contains(0), !name.utf8.contains(UInt8(ascii: "\\")) else {
      return false
    }
    return !name.split(separator: "/").contains("..")
  }
}
