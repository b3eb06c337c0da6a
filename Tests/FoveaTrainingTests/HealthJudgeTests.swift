import FoveaData
import FoveaTraining
import Foundation
import Testing

/// Findings by values that are made up: what a training must show to be told of.
@Suite struct HealthJudgeTests {
  static func kinds(
    losses: [Double] = [], of loss: Loss = .crossEntropy, firstStep: Int = 0,
    observed: [ObservedStep] = [], seconds: Double = 0.1, wait: Double = 0
  ) throws -> [HealthFinding.Kind] {
    try findings(
      losses: losses, of: loss, firstStep: firstStep, observed: observed, seconds: seconds,
      wait: wait
    ).map(\.kind)
  }

  static func findings(
    losses: [Double] = [], of loss: Loss = .crossEntropy, firstStep: Int = 0,
    observed: [ObservedStep] = [], seconds: Double = 0.1, wait: Double = 0,
    epochs: [EpochRecord] = []
  ) throws -> [HealthFinding] {
    var evidence = HealthEvidence(
      outline: TrainingOutline(
        epochs: 1, stepsPerEpoch: 100, firstStep: firstStep, batchSize: 64, classes: 10,
        loss: loss))
    evidence.steps = try losses.enumerated().map { step, loss in
      let row = "1,\(firstStep + step + 1),\(loss),0.1,0.9,64,\(seconds),\(wait)"
      return try #require(StepRecord(csvRow: row))
    }
    evidence.observed = observed
    evidence.epochs = epochs
    return HealthJudge.findings(in: evidence)
  }

  /// Looks at one layer, each of which a closure changes.
  static func looks(
    _ count: Int, _ statistics: (Int) -> LayerStatistics
  ) -> [ObservedStep] {
    (0..<count).map {
      ObservedStep(
        epoch: 0, step: 8 * $0, learningRate: 0.1, images: 64, recentLooks: ($0 + 2) / 2,
        recentImages: 64 * (($0 + 2) / 2), layers: [statistics($0)])
    }
  }

  static func layer(
    deviation: Double = 1, gradient: Double? = 1, entry: ActivationEntry? = nil
  ) -> LayerStatistics {
    LayerStatistics(
      path: "body.2", mean: 0, standardDeviation: deviation, nearZeroShare: 0.1,
      fastaiNearZeroShare: 0.5, largestMagnitude: 5, channels: 16, gradientNorm: gradient,
      updateRatio: 0.01, entry: entry)
  }

  @Test func `losses that explode or are no numbers are named with their step`() throws {
    let falling = (0..<50).map { 2.3 - 0.04 * Double($0) }
    #expect(try Self.kinds(losses: falling).isEmpty)
    #expect(
      try Self.kinds(losses: falling + [40, 90, 100, 80]) == [.lossExploded, .learningRateTooHigh])
    let bad = try Self.findings(losses: falling + [.nan])
    #expect(bad.map(\.kind) == [.lossNotFinite, .learningRateTooHigh])
    #expect(bad.map(\.step) == [50, 50])
    #expect(try Self.kinds(losses: [Double](repeating: 2.31, count: 100)) == [.noLearning])
  }

  @Test func `a loss that ends above its start by a rate too high is told of`() throws {
    let rising = (0..<100).map { 2.3 + 0.02 * Double($0) }
    let found = try Self.findings(losses: rising)
    #expect(found.map(\.kind) == [.noLearning, .learningRateTooHigh], "\(found)")
    #expect(found.last?.step == 75)
  }

  @Test(arguments: [
    Loss.meanSquaredError, .huber(), .distillation(), .softmaxFocal(), .binaryCrossEntropy(),
    .tripletMargin(),
  ])
  func `a loss without a level of guessing is compared with the run's own start`(
    loss: Loss
  ) throws {
    func falling(from start: Double, to end: Double) -> [Double] {
      (0..<100).map { end + (start - end) * pow(0.9, Double($0)) }
    }
    // Above and below what guessing among classes would cost as cross-entropy.
    #expect(try Self.kinds(losses: falling(from: 60, to: 9), of: loss).isEmpty)
    #expect(try Self.kinds(losses: falling(from: 0.02, to: 0.01), of: loss).isEmpty)
    let flat = try Self.findings(losses: [Double](repeating: 0.3, count: 100), of: loss)
    #expect(flat.map(\.kind) == [.noLearning])
    #expect(flat.first?.evidence == "the loss is 0.3, and was 0.3 in the first 8 steps")
    let exploding = falling(from: 0.02, to: 0.01).prefix(40) + [0.2, 0.4, 0.5, 0.5]
    #expect(
      try Self.kinds(losses: Array(exploding), of: loss) == [.lossExploded, .learningRateTooHigh])
    let rising = try Self.findings(losses: (0..<100).map { 0.1 + 0.001 * Double($0) }, of: loss)
    #expect(rising.map(\.kind) == [.noLearning, .learningRateTooHigh])
    #expect(rising.last?.evidence.contains("guessing") == false)
  }

  @Test(arguments: [Loss.crossEntropy, .softCrossEntropy(labelSmoothing: 0.1)])
  func `cross-entropy is compared with guessing, however it began`(loss: Loss) throws {
    let idle = try Self.findings(
      losses: [Double](repeating: 30, count: 10) + [Double](repeating: 2.3, count: 90), of: loss)
    #expect(idle.map(\.kind) == [.noLearning])
    #expect(idle.first?.evidence == "the loss is 2.3, and guessing among 10 classes has 2.3")
  }

  @Test func `a run that goes on does not begin anew`() throws {
    let flat = [Double](repeating: 0.3, count: 100)
    let growing = (0..<100).map { 0.1 + 0.001 * Double($0) }
    for losses in [flat, growing] {
      #expect(try Self.kinds(losses: losses, of: .meanSquaredError, firstStep: 500).isEmpty)
    }
    // What guessing costs is known all the same.
    let idle = [Double](repeating: 2.3, count: 100)
    #expect(try Self.kinds(losses: idle, firstStep: 500) == [.noLearning])
    let exploding = flat + [2, 4, 5, 5]
    #expect(
      try Self.kinds(losses: exploding, of: .meanSquaredError, firstStep: 500)
        == [.lossExploded, .learningRateTooHigh])
  }

  @Test func `channels are dead that no image of many looks wakes`() throws {
    func found(inBatch: [Int], recent: [Int]) throws -> [HealthFinding] {
      try Self.findings(
        observed: Self.looks(recent.count) {
          Self.layer(
            entry: ActivationEntry(
              kind: .rectifier, deadChannelsInBatch: inBatch[$0],
              deadChannelsInRecentLooks: recent[$0]))
        })
    }
    // Each batch wakes others.
    #expect(try found(inBatch: [12, 12, 12, 12, 12], recent: [12, 12, 4, 4, 3]).isEmpty)
    // They were, and are no more.
    #expect(try found(inBatch: [9, 9, 9, 9, 2], recent: [9, 9, 9, 9, 2]).isEmpty)
    // Two looks at one batch each are too few.
    #expect(try found(inBatch: [16, 16], recent: [16, 16]).isEmpty)
    let dead = try found(inBatch: [0, 0, 12, 11, 12], recent: [0, 0, 1, 10, 9])
    #expect(dead.map(\.kind) == [.deadUnits])
    #expect(dead.first?.step == 24)
    #expect(
      dead.first?.evidence
        == "9 of 16 channels were above zero for none of the 192 images of the last 3 looks, and 12 in the "
        + "last batch alone")
  }

  @Test func `gradients vanish beside those of other layers, whatever a step makes of them`() throws
  {
    func found(_ gradient: Double?) throws -> [HealthFinding] {
      let looks = (0..<6).map { look in
        ObservedStep(
          epoch: 0, step: 8 * look, learningRate: 0.1, images: 64,
          layers: [("body.2", gradient), ("head", 1)].map { path, gradient in
            LayerStatistics(
              path: path, mean: 0, standardDeviation: 1, nearZeroShare: 0,
              fastaiNearZeroShare: 0.5, largestMagnitude: 5, channels: 16, gradientNorm: gradient,
              parameterNorm: 2, updateRatio: gradient == nil ? nil : 0.01)
          })
      }
      return try Self.findings(observed: looks)
    }
    #expect(try found(1e-3).isEmpty)
    // A frozen layer has none, which is no fault.
    #expect(try found(nil).isEmpty)
    let vanished = try found(1e-6)
    #expect(vanished.map(\.kind) == [.vanishingGradients])
    #expect(vanished.first?.layer == "body.2")
    let words = "5e-07 of its weights', and another layer's is 0.5"
    #expect(vanished.first?.evidence.contains(words) == true)
  }

  @Test func `a rate too low is one at which nothing moves and nothing is learned`() throws {
    let idle = Self.looks(10) { _ in
      LayerStatistics(
        path: "body.2", mean: 0, standardDeviation: 1, nearZeroShare: 0.1,
        fastaiNearZeroShare: 0.5, largestMagnitude: 5, channels: 16, gradientNorm: 0.01,
        updateRatio: 1e-7)
    }
    let flat = (0..<100).map { 2.1 - 1e-4 * Double($0) }
    #expect(try Self.kinds(losses: flat, observed: idle) == [.learningRateTooLow])
    // What falls well moves, however small a step of plain SGD would be.
    let falling = (0..<100).map { 2.1 - 0.02 * Double($0) }
    #expect(try Self.kinds(losses: falling, observed: idle).isEmpty)
    // A network that is good already has nothing to learn.
    #expect(
      try Self.kinds(losses: [Double](repeating: 0.2, count: 100), observed: idle).isEmpty)
  }

  @Test func `a validation loss that rises while the training loss falls is overfitting`() throws {
    func kinds(_ validation: [Double]) throws -> [HealthFinding.Kind] {
      let rows = validation.enumerated().map { epoch, loss in
        """
        {"epoch": \(epoch), "trainingLoss": \(1 / Double(epoch + 1)), "validationLoss": \(loss), \
        "metrics": {}, "seconds": 1}
        """
      }
      let epochs = try JSONDecoder().decode(
        [EpochRecord].self, from: Data("[\(rows.joined(separator: ","))]".utf8))
      return try Self.findings(epochs: epochs).map(\.kind)
    }
    #expect(try kinds([0.9, 0.6, 0.5, 0.52]).isEmpty)
    #expect(try kinds([0.9, 0.5, 0.6, 0.8]) == [.overfitting])
  }

  @Test func `steps that wait more than they work are bound by data`() throws {
    let losses = (0..<100).map { 2.3 - 0.02 * Double($0) }
    #expect(try Self.kinds(losses: losses, seconds: 0.1, wait: 0.05).isEmpty)
    let found = try Self.findings(losses: losses, seconds: 0.1, wait: 0.3)
    #expect(found.map(\.kind) == [.dataBound])
    let finding = try #require(found.first)
    #expect(finding.isAboutSpeed)
    #expect(finding.evidence.contains("75 % of the steps' time"))
    #expect(finding.evidence.contains("300 ms a step"))
    // The first batches of a short training are no pattern.
    #expect(try Self.kinds(losses: Array(losses.prefix(20)), wait: 10).isEmpty)
  }

  @Test func `gradients and activations explode at the step and layer that show it`() throws {
    let gradients = try Self.findings(
      observed: Self.looks(6) { Self.layer(gradient: $0 < 3 ? 1 : 5e4) })
    #expect(gradients.map(\.kind) == [.explodingGradients])
    #expect(gradients.first?.step == 24 && gradients.first?.layer == "body.2")
    let outputs = try Self.findings(
      observed: Self.looks(6) { Self.layer(deviation: $0 < 2 ? 1 : 1e4) })
    #expect(outputs.map(\.kind) == [.explodingActivations])
    #expect(outputs.first?.step == 16)
  }

  @Test(arguments: [ActivationKind.rectifier, .leaky, .tanh], [true, false])
  func `collapse is judged by what enters the nonlinearity`(
    kind: ActivationKind, isOwnOutput: Bool
  ) throws {
    func kinds(_ shares: [Double]) throws -> [HealthFinding] {
      try Self.findings(
        observed: Self.looks(shares.count) {
          Self.layer(
            entry: ActivationEntry(kind: kind, isOwnOutput: isOwnOutput, idleShare: shares[$0]))
        })
    }
    #expect(try kinds([0.3, 0.4, 0.6, 0.94, 0.5]).isEmpty)
    let found = try kinds([0.3, 0.4, 0.97, 0.5, 0.99])
    #expect(found.map(\.kind) == [.activationCollapse, .learningRateTooHigh])
    #expect(found.first?.step == 16)
    #expect(found.first?.evidence.contains("came back once, to go again") == true)
    #expect(found.first?.evidence.contains("normalised") == !isOwnOutput)
    // What begins near zero is healthy, but for a rectifier, which lets nothing of it through.
    let born = try kinds([0.97, 0.96, 0.97])
    #expect(born.map(\.kind) == (kind == .rectifier ? [.activationCollapse] : []))
  }

  @Test func `a layer that no nonlinearity reads collapses when its outputs become alike`() throws {
    let found = try Self.findings(
      observed: Self.looks(5) { Self.layer(deviation: $0 < 3 ? 0.5 : 1e-5) })
    #expect(found.map(\.kind) == [.activationCollapse, .learningRateTooHigh])
    #expect(found.first?.evidence == "the outputs' standard deviation fell from 0.5 to 1e-05")
    // A layer that begins at zero, such as the last of a residual branch, has nothing to lose.
    #expect(try Self.kinds(observed: Self.looks(5) { _ in Self.layer(deviation: 0) }).isEmpty)
  }

  @Test func `every finding says what usually helps`() {
    for kind in HealthFinding.Kind.allCases {
      let finding = HealthFinding(kind: kind, step: 4, layer: "a.b", evidence: "something is seen")
      #expect(finding.remedy.count > 20)
      #expect("\(finding)".hasPrefix("\(kind.rawValue) (step 5, layer a.b): something is seen; "))
    }
  }
}
