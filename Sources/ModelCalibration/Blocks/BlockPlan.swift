/// How samples are cut into mini-batches, and these into blocks: the same for every process that
/// takes part.
///
///     batch b   samples [b·batchSize, (b + 1)·batchSize), the last one cut off at the end
///     block k   samples [k·blockSize, (k + 1)·blockSize); blockSize is a multiple of batchSize
public struct BlockPlan: Sendable, Hashable {
  /// All samples.
  public let samples: Int
  /// Samples of a mini-batch.
  public let batchSize: Int
  /// Samples of a block.
  public let blockSize: Int

  /// A plan; nil where a number is not positive or beyond all reason, or a block is no whole number of mini-batches.
  public init?(samples: Int, batchSize: Int, blockSize: Int) {
    let sensible = 1...(1 << 40)
    guard sensible.contains(samples), sensible.contains(batchSize), sensible.contains(blockSize),
      blockSize % batchSize == 0
    else { return nil }
    self.samples = samples
    self.batchSize = batchSize
    self.blockSize = blockSize
  }

  /// How many blocks there are.
  public var blocks: Int { (samples - 1) / blockSize + 1 }
  /// How many mini-batches there are.
  public var batches: Int { (samples - 1) / batchSize + 1 }
  /// Samples of the last mini-batch where it is shorter than the others; else nil.
  public var shortBatch: Int? { samples % batchSize == 0 ? nil : samples % batchSize }

  /// The mini-batches of a block, as ranges of samples.
  public func batches(of block: Int) -> [Range<Int>] {
    let start = block * blockSize
    let end = samples - start > blockSize ? start + blockSize : samples
    return stride(from: start, to: end, by: batchSize).map { start in
      start..<(end - start > batchSize ? start + batchSize : end)
    }
  }

  /// The blocks of one shard: consecutive ones, as many for each as for the others or one more.
  public func blocks(of shard: Shard) -> Range<Int> {
    shard.part(of: blocks)
  }
}
