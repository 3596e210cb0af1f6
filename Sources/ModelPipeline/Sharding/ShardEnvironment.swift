public import ModelCalibration

/// Finds out from environment variables which of several processes this one is.
public enum ShardEnvironment {
  /// How one engine tells its processes apart.
  struct Engine: Sendable {
    /// Where a number's beginning, end and step come from.
    enum Extent: Sendable {
      /// A variable with how many there are; numbers begin at `first`.
      case count(String, first: Int)
      /// Variables with the first number, the last and the step, or what stands for them.
      case range(first: String, last: String, step: String)
      /// Nothing says how many there are; numbers begin at this.
      case unknown(first: Int)
    }

    var name: String
    /// The variable with this process' number.
    var index: String
    var extent: Extent
  }

  /// The engines that are known, as `docs/calibration.md` lists them.
  static let engines: [Engine] = [
    Engine(
      name: "Slurm array", index: "SLURM_ARRAY_TASK_ID",
      extent: .range(
        first: "SLURM_ARRAY_TASK_MIN", last: "SLURM_ARRAY_TASK_MAX", step: "SLURM_ARRAY_TASK_STEP")),
    Engine(name: "srun", index: "SLURM_PROCID", extent: .count("SLURM_NTASKS", first: 0)),
    Engine(name: "Kubernetes", index: "JOB_COMPLETION_INDEX", extent: .unknown(first: 0)),
    Engine(
      name: "AWS Batch", index: "AWS_BATCH_JOB_ARRAY_INDEX",
      extent: .count("AWS_BATCH_JOB_ARRAY_SIZE", first: 0)),
    Engine(
      name: "Cloud Run", index: "CLOUD_RUN_TASK_INDEX",
      extent: .count("CLOUD_RUN_TASK_COUNT", first: 0)),
    Engine(
      name: "Google Batch", index: "BATCH_TASK_INDEX", extent: .count("BATCH_TASK_COUNT", first: 0)),
    Engine(
      name: "Grid Engine", index: "SGE_TASK_ID",
      extent: .range(first: "SGE_TASK_FIRST", last: "SGE_TASK_LAST", step: "SGE_TASK_STEPSIZE")),
    Engine(name: "PBS", index: "PBS_ARRAY_INDEX", extent: .unknown(first: 1)),
    Engine(name: "LSF", index: "LSB_JOBINDEX", extent: .count("LSB_JOBINDEX_END", first: 1)),
    Engine(
      name: "Open MPI", index: "OMPI_COMM_WORLD_RANK",
      extent: .count("OMPI_COMM_WORLD_SIZE", first: 0)),
    Engine(name: "MPI", index: "PMI_RANK", extent: .count("PMI_SIZE", first: 0)),
    Engine(name: "GNU parallel", index: "PARALLEL_SEQ", extent: .unknown(first: 1)),
  ]

  /// The variables that hold a process' number.
  public static var variables: [String] { engines.map(\.index) }

  /// The shard that the environment names, and the variable that it was taken from.
  ///
  /// `count` is how many there are where the engine does not say; `variable` chooses among several
  /// that are set. An engine that runs one process alone, or does not say how many, says nothing where
  /// another runs several, as srun inside a job array does.
  /// Errors: `PipelineError` where nothing is set, several are, a number is none, or the number of
  /// processes is not known.
  public static func shard(
    count: Int? = nil, from variable: String? = nil, _ environment: (String) -> String?
  ) throws -> (shard: Shard, variable: String) {
    if let variable, !variables.contains(variable) {
      throw PipelineError(
        .usage, "--shard-from takes one of \(variables.joined(separator: ", "))")
    }
    var set = engines.filter { engine in
      guard variable == nil || engine.index == variable else { return false }
      // Grid Engine says "undefined", LSF 0, where there is no array.
      let text = environment(engine.index)
      return text != nil && text != "undefined" && !(engine.name == "LSF" && text == "0")
    }
    // A batch script of Slurm has a number of its own among tasks that it does not count.
    if set.count > 1 { set.removeAll { lacksCount($0, environment) } }
    guard !set.isEmpty else {
      throw PipelineError(
        .usage,
        "--shard auto finds none of \((variable.map { [$0] } ?? variables).joined(separator: ", ")) "
          + "in the environment; say --shard i/n")
    }
    var found = try set.map { (engine: $0, shard: try shard($0, count, environment)) }
    if found.count > 1, found.contains(where: { $0.shard.count > 1 }) {
      found.removeAll { $0.shard.count == 1 }
    }
    guard found.count == 1 else {
      let list = found.map { "\($0.engine.index) (\($0.shard))" }.joined(separator: " and ")
      throw PipelineError(
        .usage, "the environment has \(list); --shard-from names the one to take")
    }
    return (found[0].shard, found[0].engine.index)
  }

  private static func lacksCount(_ engine: Engine, _ environment: (String) -> String?) -> Bool {
    if case .count(let name, _) = engine.extent { environment(name) == nil } else { false }
  }

  private static func shard(
    _ engine: Engine, _ wanted: Int?, _ environment: (String) -> String?
  ) throws -> Shard {
    func number(_ name: String) throws -> Int? {
      guard let text = environment(name) else { return nil }
      guard let number = Int(text), (0...(1 << 40)).contains(number) else {
        throw PipelineError(.usage, "\(name) is '\(text)', not a number of a process")
      }
      return number
    }
    let index = try number(engine.index) ?? 0
    var (place, count): (Int, Int?)
    switch engine.extent {
    case .count(let name, let first): (place, count) = (index - first, try number(name))
    case .unknown(let first): (place, count) = (index - first, nil)
    case .range(let first, let last, let step):
      let (low, width) = (try number(first) ?? 1, max(1, try number(step) ?? 1))
      place = (index - low) / width
      count = try number(last).map { max(0, $0 - low) / width + 1 }
    }
    if let wanted, let known = count, known != wanted, known > 1 {
      throw PipelineError(
        .usage, "\(engine.index) is one of \(known) processes, --shards says \(wanted)")
    }
    guard let total = wanted ?? count else {
      throw PipelineError(
        .usage, "\(engine.index) does not tell how many processes there are; add --shards n")
    }
    guard let shard = Shard(place + 1, of: total) else {
      throw PipelineError(
        .usage, "\(engine.index) is \(index), which is none of \(total) processes")
    }
    return shard
  }
}
