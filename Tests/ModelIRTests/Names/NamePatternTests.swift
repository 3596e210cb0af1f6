import ModelIR
import Testing

struct NamePatternTests {
  @Test(arguments: [
    ("bn1", "bn1"), ("*", ""), ("*", "a/b"), ("bn?", "bn7"), ("bn*", "bn"), ("*/bn", "a/b/bn"),
    ("[a-c]x", "bx"), ("[!a-c]x", "dx"), ("[^a-c]x", "dx"), ("[]]", "]"), ("[a-]", "-"),
    ("a[b", "a[b"), (#"\*"#, "*"), (#"a\"#, #"a\"#), ("a*b*c", "aXbXbXc"), ("**a", "ba"),
    ("Größe?", "Größe1"), ("layer[0-9].*.bn", "layer3.0.bn"),
  ])
  func matches(pattern: String, name: String) {
    #expect(NamePattern(pattern).matches(name))
  }

  @Test(arguments: [
    ("bn1", "bn10"), ("bn1", "xbn1"), ("", "a"), ("bn?", "bn"), ("[a-c]x", "dx"), ("[!a-c]x", "ax"),
    (#"\*"#, "a"), ("a*b*c", "aXbX"), ("a*", "A"), ("?", ""), ("*a", "ab"), ("[z-a]", "m"),
  ])
  func doesNotMatch(pattern: String, name: String) {
    #expect(!NamePattern(pattern).matches(name))
  }

  /// Going back to every star would take 2^40 steps.
  @Test func manyStarsEndSoon() {
    let pattern = NamePattern(String(repeating: "*a", count: 40) + "b")
    #expect(!pattern.matches(String(repeating: "a", count: 2000)))
  }

  @Test func isDescribedAsWritten() {
    #expect(NamePattern("a*[b]").description == "a*[b]")
  }
}
