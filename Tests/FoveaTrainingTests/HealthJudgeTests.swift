import FoveaData
import FoveaTraining
import Foundation
import Testing

/// Findings by values that are made up: what a training must show to be told of.
@Suite struct HealthJudgeTests {
  static func kinds(
    losses: [Double] = [], observed: [ObservedStep] = [], seconds: Double = 0.1, wait: Double = 0
  ) throws -> [HealthFinding.Kind] {
    try findings(losses: losses, observed: observed, seconds: seconds, wait: wait).map(\.kind)
  }

  static func findings(
    losses: [Double] = [], observed: [ObservedStep] = [], seconds: Double = 0.1, wait: Double = 0,
    epochs: [EpochRecord] = []
  ) throws -> [HealthFinding] {
    var evidence = HealthEvidence(
      outline: TrainingOutline(epochs: 1, stepsPerEpoch: 100, batchSize: 64, classes: 10))
    evidence.steps = try losses.enumerated().map { step, loss in
      try #require(StepRecord(csvRow: "1,\(step + 1),\(loss),0.1,0.9,64,\(seconds),\(wait)"))
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
      ObservedStep(epoch: 0, step: 8 * $0, learningRate: 0.1, layers: [statistics($0)])
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
