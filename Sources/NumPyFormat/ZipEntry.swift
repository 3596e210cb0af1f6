/// One member of a zip archive, as the central directory and its local header agree on it.
struct ZipEntry {
  enum Method {
    case stored
    case deflated
  }

  var name: String
  var method: Method
  var checksum: UInt32
  /// Unpacked bytes.
  var size: Int
  /// Where the local header begins.
  var headerOffset: Int
  /// The packed bytes.
  var data: Range<Int>
}
