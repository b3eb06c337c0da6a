import FoveaData
import FoveaLayers
import FoveaTraining
import FoveaZoo
import Foundation
import Testing

@Suite struct TrainingHealthTests {
  /// The first network of fastai's chapter 13, with normalisation or without.
  static func model(isNormalised: Bool) throws -> Model {
    guard !isNormalised else { return try ZooModel.simpleCNN.build() }
    return try Model(input: [1, 28, 28]) {
      for (channels, kernel) in [(8, 5), (16, 3), (32, 3), (64, 3)] {
        Sequential {
          Conv2d(channels, kernel: Extent2d(kernel), stride: 2, padding: .all(kernel / 2))
          ReLU()
        }
      }
      Conv2d(10, kernel: 3, stride: 2, padding: 1)
      Flatten()
    }
  }

  /// What a training of one epoch on `mnist-mini` in batches of 64 tells.
  static func train(
    isNormalised: Bool, schedule: Schedule, seed: UInt64 = 0
  ) async throws -> (recorder: Recorder, stats: ActivationStats) {
    let learner = try Learner(
      model(isNormalised: isNormalised),
      training: DataLoader(MNIST.mini(.training), batchSize: 64, shuffleSeed: seed),
      validation: DataLoader(MNIST.mini(.test), batchSize: 500),
      settings: LearnerSettings(
        optimizer: .adamW(beta1: 0.9, beta2: 0.99, epsilon: 1e-5, weightDecay: 0.01), seed: seed),
      threads: 1)
    let (recorder, stats) = (Recorder(), try ActivationStats(interval: 8))
    try await learner.fit(epochs: 1, schedule: schedule, observers: [recorder, stats])
    return (recorder, stats)
  }

  static func findings(_ training: (recorder: Recorder, stats: ActivationStats)) -> [HealthFinding]
  {
    HealthWatcher(classes: 10).findings(
      steps: training.recorder.steps, epochs: training.recorder.epochs,
      observed: training.stats.steps)
  }

  @Test(arguments: [0, 1] as [UInt64])
  func `the constant rate without normalisation is diagnosed by name and layer`(
    seed: UInt64
  ) async throws {
    let found = Self.findings(
      try await Self.train(
        isNormalised: false, schedule: .constant(learningRate: 0.06), seed: seed))
    func layers(_ kind: HealthFinding.Kind) -> [String?] {
      found.filter { $0.kind == kind }.map(\.layer)
    }
    // A step of 0.06 for each weight of 16 filters sends nearly all of them below zero.
    #expect(layers(.activationCollapse).contains("1.0"), "\(found)")
    #expect(layers(.activationCollapse).contains("2.0"), "\(found)")
    #expect(layers(.deadUnits).contains("1.0"), "\(found)")
    #expect(!layers(.learningRateTooHigh).isEmpty, "\(found)")
    #expect(!layers(.activationCollapse).contains("0.0"), "\(found)")
    if seed == 1 {
      // With this seed no gradient comes past the dead layers, and nothing is learned.
      #expect(layers(.noLearning) == [nil], "\(found)")
      #expect(layers(.vanishingGradients).contains("0.0"), "\(found)")
    }
    let first = try #require(found.first { $0.kind == .activationCollapse && $0.layer == "1.0" })
    #expect(1...32 ~= first.step)
    #expect("\(first)".contains("activation collapse (step \(first.step + 1), layer 1.0)"))
    #expect("\(first)".contains("BatchNorm"))
    #expect(found.map(\.step) == found.map(\.step).sorted())
  }

  @Test(arguments: [0, 1] as [UInt64])
  func `1cycle with normalisation raises nothing`(seed: UInt64) async throws {
    let found = Self.findings(
      try await Self.train(
        isNormalised: true, schedule: .fastaiOneCycle(maxLearningRate: 0.06), seed: seed))
    #expect(found.isEmpty, "\(found)")
  }

  @Test func `a rate that moves nothing is too low`() async throws {
    let found = Self.findings(
      try await Self.train(isNormalised: false, schedule: .constant(learningRate: 1e-9)))
    #expect(Set(found.map(\.kind)) == [.noLearning, .learningRateTooLow], "\(found)")
  }

  /// Steps of some losses, as a file would have them.
  static func steps(_ losses: [Double]) throws -> [StepRecord] {
    let rows = losses.enumerated().map { step, loss in
      StepRecord(csvRow: "1,\(step + 1),\(loss),0.1,0.9,64,0.1")
    }
    return try rows.map { try #require($0) }
  }

  @Test func `losses that explode or are no numbers are named with their step`() throws {
    let watcher = HealthWatcher(classes: 10)
    func kinds(_ losses: [Double]) throws -> [HealthFinding.Kind] {
      watcher.findings(steps: try Self.steps(losses), epochs: [], observed: []).map(\.kind)
    }
    let falling = (0..<50).map { 2.3 - 0.04 * Double($0) }
    #expect(try kinds(falling).isEmpty)
    #expect(try kinds(falling + [40, 90, 100, 80]) == [.lossExploded, .learningRateTooHigh])
    let bad = watcher.findings(
      steps: try Self.steps(falling + [.nan]), epochs: [], observed: [])
    #expect(bad.map(\.kind) == [.lossNotFinite, .learningRateTooHigh])
    #expect(bad.map(\.step) == [50, 50])
    #expect(try kinds([Double](repeating: 2.31, count: 100)) == [.noLearning])
  }

  @Test func `a validation loss that rises while the training loss falls is overfitting`() throws {
    func findings(_ validation: [Double]) throws -> [HealthFinding] {
      let rows = validation.enumerated().map { epoch, loss in
        """
        {"epoch": \(epoch), "trainingLoss": \(1 / Double(epoch + 1)), "validationLoss": \(loss), \
        "metrics": {}, "seconds": 1}
        """
      }
      let epochs = try JSONDecoder().decode(
        [EpochRecord].self, from: Data("[\(rows.joined(separator: ","))]".utf8))
      return HealthWatcher(classes: 10).findings(steps: [], epochs: epochs, observed: [])
    }
    #expect(try findings([0.9, 0.6, 0.5, 0.52]).isEmpty)
    #expect(try findings([0.9, 0.5, 0.6, 0.8]).map(\.kind) == [.overfitting])
  }
}
