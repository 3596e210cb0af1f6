internal import ArgumentParser
internal import ByteStore
internal import ModelCalibration
internal import ModelPipeline

/// Which of several processes this one is.
struct ShardArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Do part i of n and write it to -o, for 'merge'; auto takes both from the environment.",
      valueName: "i/n|auto"))
  var shard: String?

  @Option(
    help: ArgumentHelp(
      "How many processes there are, where the environment does not say.", valueName: "n"))
  var shards: Int?

  @Option(
    name: .customLong("shard-from"),
    help: ArgumentHelp(
      "The variable that --shard auto takes, where several are set: "
        + ShardEnvironment.variables.joined(separator: ", ") + ".", valueName: "variable"))
  var variable: String?

  mutating func validate() throws {
    if shard != "auto", shards != nil || variable != nil {
      throw ValidationError("--shards and --shard-from go with --shard auto.")
    }
    if let shard, shard != "auto", Shard(shard) == nil {
      throw ValidationError("--shard takes i/n with i from 1 to n, or auto; not '\(shard)'.")
    }
    if let shards, !(1...Shard.most).contains(shards) {
      throw ValidationError("--shards needs a number from 1 to \(Shard.most).")
    }
  }

  /// The shard that is asked for, and the variable it was taken from; nil where there is none.
  func chosen() throws -> (shard: Shard, variable: String?)? {
    guard let shard else { return nil }
    if let shard = Shard(shard) { return (shard, nil) }
    let found = try ShardEnvironment.shard(count: shards, from: variable) {
      ProcessFacts.environment($0)
    }
    return (found.shard, found.variable)
  }
}
