import ModelCalibration
import Testing

@testable import ModelPipeline

@Suite("The shard that the environment names")
struct ShardEnvironmentTests {
  private func shard(
    _ environment: [String: String], count: Int? = nil, from variable: String? = nil
  ) throws -> String {
    "\(try ShardEnvironment.shard(count: count, from: variable) { environment[$0] }.shard)"
  }

  @Test func everyEngine() throws {
    let slurm = [
      "SLURM_ARRAY_TASK_MIN": "10", "SLURM_ARRAY_TASK_MAX": "30", "SLURM_ARRAY_TASK_STEP": "5",
    ]
    #expect(try shard(slurm.merging(["SLURM_ARRAY_TASK_ID": "20"]) { $1 }) == "3/5")
    #expect(try shard(["SLURM_PROCID": "0", "SLURM_NTASKS": "4"]) == "1/4")
    #expect(try shard(["JOB_COMPLETION_INDEX": "6"], count: 7) == "7/7")
    #expect(
      try shard(["AWS_BATCH_JOB_ARRAY_INDEX": "2", "AWS_BATCH_JOB_ARRAY_SIZE": "9"]) == "3/9")
    #expect(try shard(["CLOUD_RUN_TASK_INDEX": "0", "CLOUD_RUN_TASK_COUNT": "1"]) == "1/1")
    #expect(try shard(["BATCH_TASK_INDEX": "3", "BATCH_TASK_COUNT": "4"]) == "4/4")
    let grid = ["SGE_TASK_FIRST": "1", "SGE_TASK_LAST": "7", "SGE_TASK_STEPSIZE": "2"]
    #expect(try shard(grid.merging(["SGE_TASK_ID": "5"]) { $1 }) == "3/4")
    #expect(try shard(["PBS_ARRAY_INDEX": "1"], count: 3) == "1/3")
    #expect(try shard(["LSB_JOBINDEX": "2", "LSB_JOBINDEX_END": "3"]) == "2/3")
    #expect(try shard(["OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "2"]) == "2/2")
    #expect(try shard(["PMI_RANK": "1", "PMI_SIZE": "2"]) == "2/2")
    #expect(try shard(["PARALLEL_SEQ": "4"], count: 4) == "4/4")
  }

  @Test func severalAtOnceAreAnErrorUnlessOneRunsAlone() throws {
    let alone = [
      "SLURM_ARRAY_TASK_ID": "1", "SLURM_ARRAY_TASK_MIN": "0", "SLURM_ARRAY_TASK_MAX": "3",
      "SLURM_PROCID": "0", "SLURM_NTASKS": "1",
    ]
    #expect(try shard(alone) == "2/4")
    // What a batch script of a job array has.
    var script = alone
    script["SLURM_NTASKS"] = nil
    #expect(try shard(script) == "2/4")
    #expect(throws: PipelineError.self) { try shard(["SLURM_PROCID": "0"]) }
    let both = alone.merging(["SLURM_PROCID": "2", "SLURM_NTASKS": "5"]) { $1 }
    let error = #expect(throws: PipelineError.self) { try shard(both) }
    #expect(
      error?.description.contains("SLURM_ARRAY_TASK_ID (2/4) and SLURM_PROCID (3/5)") == true)
    #expect(try shard(both, from: "SLURM_PROCID") == "3/5")
    #expect(throws: PipelineError.self) { try shard(both, from: "PMI_RANK") }
    #expect(throws: PipelineError.self) { try shard(both, from: "HOME") }
  }

  @Test func whatSaysNothing() throws {
    #expect(throws: PipelineError.self) { try shard([:]) }
    #expect(throws: PipelineError.self) { try shard(["SGE_TASK_ID": "undefined"]) }
    #expect(throws: PipelineError.self) { try shard(["LSB_JOBINDEX": "0"]) }
    #expect(throws: PipelineError.self) { try shard(["JOB_COMPLETION_INDEX": "0"]) }
  }

  @Test func numbersThatAreNone() throws {
    for text in ["", "x", "-1", "99999999999999999999", "3"] {
      #expect(throws: PipelineError.self) {
        try shard(["PMI_RANK": text, "PMI_SIZE": "3"])
      }
    }
    #expect(throws: PipelineError.self) { try shard(["PARALLEL_SEQ": "0"], count: 3) }
    #expect(throws: PipelineError.self) { try shard(["PARALLEL_SEQ": "4"], count: 3) }
    #expect(throws: PipelineError.self) {
      try shard(["PMI_RANK": "1", "PMI_SIZE": "3"], count: 4)
    }
  }
}
