internal import ModelVerification

/// Trains one network by stochastic gradient descent and measures it as it goes.
final class Trainer {
  let network: Network<Float>
  private let digits: DigitCollection
  private let options: TrainingOptions
  private var numbers: SeededNumbers
  private var order: [Int]
  private var next = 0
  private var run: TrainingRun

  init(name: String, _ plan: NetworkPlan, _ options: TrainingOptions, digits: DigitCollection) {
    network = Network(plan, seed: options.seed)
    self.digits = digits
    self.options = options
    numbers = SeededNumbers(seed: options.seed).stream("order")
    order = Array(0..<digits.training.count)
    run = TrainingRun(name: name, plan: plan, options: options)
  }

  /// Does all steps, or those until it diverges; `progress` is told each checkpoint.
  func train(progress: (TrainingRun.Checkpoint) -> Void = { _ in }) -> TrainingRun {
    func check(_ step: Int, _ loss: Double?) {
      let checkpoint = checkpoint(step, loss)
      run.checkpoints.append(checkpoint)
      progress(checkpoint)
    }
    check(0, nil)
    var (sum, count) = (0.0, 0)
    for step in 0..<options.steps {
      let loss = self.step(step)
      guard loss.isFinite else {
        run.divergedAt = step + 1
        check(step + 1, nil)
        return run
      }
      sum += Double(loss)
      count += 1
      let done = step + 1
      if done * options.evaluations / options.steps > step * options.evaluations / options.steps {
        check(done, sum / Double(count))
        (sum, count) = (0, 0)
        if run.divergedAt != nil { return run }
      }
    }
    return run
  }

  /// One step; gives the loss of its mini-batch.
  private func step(_ step: Int) -> Float {
    let places = mini()
    let scores = network.forward(digits.training.images(places), .training)
    let (loss, gradient) = SoftmaxLoss.of(scores, labels: digits.training.labels(places))
    guard loss.isFinite else { return loss }
    network.backward(gradient)
    let (rate, decay) = (Float(options.rate(at: step)), Float(options.l2))
    for parameter in network.parameters { parameter.descend(rate: rate, decay: decay) }
    return loss
  }

  /// The next mini-batch: every sample once, in an order of its own each time round.
  private func mini() -> [Int] {
    if next + options.batch > order.count || next == 0 {
      order.shuffle(using: &numbers)
      next = 0
    }
    defer { next += options.batch }
    return Array(order[next..<min(order.count, next + options.batch)])
  }

  /// Estimates the population, from `count` mini-batches that are the same each time.
  func estimatePopulation(_ count: Int) {
    var numbers = SeededNumbers(seed: options.seed).stream("population")
    network.estimatePopulation(
      (0..<count).map { _ in
        digits.training.images(
          (0..<options.batch).map { _ in
            Int.random(in: 0..<digits.training.count, using: &numbers)
          })
      })
  }

  private func checkpoint(_ step: Int, _ loss: Double?) -> TrainingRun.Checkpoint {
    estimatePopulation(options.populationBatches)
    let last = network.layers.lastIndex {
      if case .activation = $0 { true } else { false }
    }
    var right = 0
    var seen: [Matrix<Float>] = []
    let test = digits.test
    for start in stride(from: 0, to: test.count, by: 500) {
      let places = Array(start..<min(test.count, start + 500))
      let scores = network.forward(test.images(places), .inference) { place, input in
        // The first thousand samples are enough for percentiles.
        if place == last, start < 1000 { seen.append(input) }
      }
      if !scores.elements.allSatisfy(\.isFinite), run.divergedAt == nil { run.divergedAt = step }
      for (row, place) in places.enumerated() where scores.largest(in: row) == test.label(place) {
        right += 1
      }
    }
    let units = seen.first?.columns ?? 0
    return TrainingRun.Checkpoint(
      step: step, accuracy: Double(right) / Double(max(1, test.count)), loss: loss,
      activations: (0..<units).map { unit in
        Percentiles(of: seen.flatMap { $0.column(unit).map(Double.init) })
      })
  }
}

extension Matrix {
  /// The column of a row's largest number, the first of several; −1 where one is NaN.
  func largest(in row: Int) -> Int {
    var best = 0
    for column in 0..<columns {
      let value = elements[row * columns + column]
      if value.isNaN { return -1 }
      if value > elements[row * columns + best] { best = column }
    }
    return best
  }
}
