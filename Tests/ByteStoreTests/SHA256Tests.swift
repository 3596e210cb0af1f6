import ByteStore
import Testing

@Suite struct SHA256Tests {
  @Test func examplesOfTheStandard() {
    #expect(
      SHA256.hex(Array("abc".utf8))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      SHA256.hex(Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8))
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    #expect(
      SHA256.hex([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  @Test func piecesDoNotMatter() throws {
    // A million times "a", as the standard's third example has it.
    let expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    for size in [1, 63, 64, 65, 4096, 1_000_000] {
      var digest = SHA256()
      var left = 1_000_000
      while left > 0 {
        digest.add([UInt8](repeating: 0x61, count: min(size, left)))
        left -= min(size, left)
      }
      #expect(digest.hex == expected)
    }
    var whole = SHA256()
    try whole.add(ByteSource([UInt8](repeating: 0x61, count: 1_000_000)))
    #expect(whole.hex == expected)
  }
}
