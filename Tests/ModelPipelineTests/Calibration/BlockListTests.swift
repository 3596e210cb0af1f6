import Testing

@testable import ModelPipeline

@Suite struct BlockListTests {
  @Test func textAndBack() {
    for (blocks, text) in [
      ([], ""), ([0], "0"), ([0, 1, 2, 3, 7], "0-3,7"), ([5, 6, 8], "5-6,8"),
    ] {
      #expect(BlockList.text(blocks) == text)
      #expect(BlockList.blocks(text, below: 9, count: blocks.count) == blocks)
    }
  }

  @Test func whatIsNoList() {
    for text in ["1", "0-8", "3-1", "0,0", "2,1", "0-2-3", "-", "a", "0,", "1-9999999999999999999"]
    {
      #expect(BlockList.blocks(text, below: 8, count: 2) == nil, "\(text)")
    }
    // Many blocks in few signs are not made before they are counted.
    #expect(BlockList.blocks("0-999999999", below: 1 << 40, count: 3) == nil)
  }
}
