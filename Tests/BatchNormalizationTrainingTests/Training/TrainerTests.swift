import Testing

@testable import BatchNormalizationTraining

@Suite("Training")
struct TrainerTests {
  static let digits = DigitCollection.drawn(training: 1_500, test: 300, seed: 3)

  private func train(_ change: (inout NetworkPlan, inout TrainingOptions) -> Void) -> TrainingRun {
    var plan = NetworkPlan.paper(
      width: 32, input: Self.digits.image, activation: .relu, isNormalized: true)
    var options = TrainingOptions(steps: 300, rate: 0.3, evaluations: 4)
    change(&plan, &options)
    return Trainer(name: "x", plan, options, digits: Self.digits).train()
  }

  @Test("It learns, and the same seed learns the same")
  func learns() {
    let run = train { _, _ in }
    #expect(run.checkpoints.map(\.step) == [0, 75, 150, 225, 300])
    #expect(run.checkpoints[0].accuracy < 0.3)
    #expect(run.final > 0.6, "\(run.final)")
    #expect(run.failure == nil && run.best >= run.final)
    #expect(run.checkpoints.allSatisfy { $0.activations.count == 32 })
    let again = train { _, _ in }
    #expect(again.checkpoints.map(\.loss) == run.checkpoints.map(\.loss))
    #expect(train { $1.seed = 2 }.checkpoints.last?.loss != run.checkpoints.last?.loss)
  }

  @Test("Options reach the training: dropout, L2, decay of the rate")
  func options() {
    let losses = [
      train { _, _ in }, train { plan, _ in plan.dropout = 0.2 }, train { $1.l2 = 0.001 },
      train { $1.decay = 0.1 },
    ].map { $0.checkpoints.last?.loss }
    #expect(Set(losses).count == 4)
  }

  @Test("What diverges is told, and ends")
  func divergence() {
    let run = train { plan, options in
      plan.isNormalized = false
      plan.deviation = 3
      options.rate = 1e4
    }
    #expect(
      run.failure?.hasPrefix("diverged at step") == true || run.failure == "no better than guessing"
    )
    #expect(run.steps(to: 0.9) == nil)
  }

  @Test("The rate decays exponentially")
  func decay() {
    let options = TrainingOptions(steps: 100, rate: 0.2, decay: 0.25)
    #expect(options.rate(at: 0) == 0.2)
    #expect(abs(options.rate(at: 50) - 0.1) < 1e-15)
    #expect(abs(options.rate(at: 100) - 0.05) < 1e-15)
    #expect(TrainingOptions(steps: 100, rate: 0.2).rate(at: 77) == 0.2)
  }

  @Test("Several at once give what one after another gives")
  func jobs() {
    let plan = NetworkPlan.paper(width: 8, input: Self.digits.image, isNormalized: true)
    let jobs = (1...3).map {
      TrainingJob(
        name: "\($0)", plan: plan,
        options: TrainingOptions(steps: 20, evaluations: 1, seed: UInt64($0)))
    }
    let one = TrainingJob.run(jobs, digits: Self.digits, atOnce: 1) { _, _ in }
    let two = TrainingJob.run(jobs, digits: Self.digits, atOnce: 3) { _, _ in }
    #expect(one.map(\.name) == ["1", "2", "3"])
    #expect(one.map { $0.checkpoints.map(\.loss) } == two.map { $0.checkpoints.map(\.loss) })
  }

  @Test("Drift counts the median's moves in units of the spread")
  func drift() throws {
    func at(_ step: Int, _ middles: [Double]) -> TrainingRun.Checkpoint {
      .init(
        step: step, accuracy: 0, loss: nil,
        activations: middles.map { Percentiles(of: [$0 - 2, $0, $0 + 2]) })
    }
    let plan = NetworkPlan.paper(input: Self.digits.image, isNormalized: true)
    var run = TrainingRun(name: "x", plan: plan, options: TrainingOptions(steps: 100))
    #expect(ActivationDrift(run) == nil)
    // Unit 0 rests, unit 1 moves by 1, unit 2 by 2; a spread of 2.8. Step 5 is too early to count.
    run.checkpoints = [
      at(5, [9, 9, 9]), at(10, [0, 0, 0]), at(50, [0, 1, 2]), at(100, [0, 0, 0]),
    ]
    let drift = try #require(ActivationDrift(run))
    #expect(abs(drift.median - 1 / 2.8) < 1e-12)
    #expect(abs(drift.spreadRatio - 1) < 1e-12)
    #expect(drift.typicalUnit == 1)
  }
}
