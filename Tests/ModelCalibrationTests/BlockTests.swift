import Testing

@testable import ModelCalibration

@Suite("Blocks, shards and the tree")
struct BlockTests {
  /// The tree's shape as text.
  private func shape(_ count: Int) throws -> String? {
    var tree = BlockTree<String> { joined, next in joined = "(\(joined)\(next))" }
    for leaf in 0..<count { try tree.append("\(leaf)") }
    return try tree.result()
  }

  @Test func theTreeDependsOnTheNumberOfBlocksAlone() throws {
    #expect(try shape(0) == nil)
    #expect(try shape(1) == "0")
    #expect(try shape(2) == "(01)")
    #expect(try shape(3) == "((01)2)")
    #expect(try shape(4) == "((01)(23))")
    #expect(try shape(7) == "(((01)(23))((45)6))")
  }

  @Test func samplesAreCutIntoBatchesAndBlocks() throws {
    let plan = try #require(BlockPlan(samples: 70, batchSize: 16, blockSize: 32))
    #expect(plan.blocks == 3 && plan.batches == 5 && plan.shortBatch == 6)
    #expect((0..<3).map(plan.batches(of:)) == [[0..<16, 16..<32], [32..<48, 48..<64], [64..<70]])
    let even = try #require(BlockPlan(samples: 64, batchSize: 16, blockSize: 32))
    #expect(even.shortBatch == nil && even.blocks == 2)
    #expect(even.batches(of: 1) == [32..<48, 48..<64])
  }

  @Test func whatIsNoPlan() {
    for (samples, batch, block) in [
      (0, 1, 1), (1, 0, 1), (1, 1, 0), (8, 3, 4), (8, -1, 1), (Int.max, 1, 1),
      (1, Int.max, Int.max),
    ] {
      #expect(BlockPlan(samples: samples, batchSize: batch, blockSize: block) == nil)
    }
  }

  @Test(arguments: [1, 2, 3, 7, 64])
  func shardsTakeEveryBlockOnce(_ count: Int) throws {
    for total in [0, 1, 2, 7, 8, 63, 64, 65] {
      let parts = try (1...count).map { try #require(Shard($0, of: count)).part(of: total) }
      #expect(parts.flatMap { Array($0) } == Array(0..<total))
      let sizes = parts.map(\.count)
      #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
    }
  }

  @Test func shardsAsText() {
    #expect(Shard("2/7") == Shard(2, of: 7) && Shard(2, of: 7)?.description == "2/7")
    for text in ["", "2", "0/7", "8/7", "2/7/1", "2/", "/7", "a/7", "-1/7", "1/1000001"] {
      #expect(Shard(text) == nil, "\(text)")
    }
  }
}
