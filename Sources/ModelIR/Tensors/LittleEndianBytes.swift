/// Bytes of trivial elements on the little-endian machines this project builds for.
enum LittleEndianBytes {
  static func of<Element: BitwiseCopyable>(_ elements: [Element]) -> [UInt8] {
    unsafe elements.withUnsafeBytes { unsafe [UInt8]($0) }
  }
}

#if _endian(big)
  #error("bnfold reads and writes little-endian elements in place; this machine is big-endian")
#endif
