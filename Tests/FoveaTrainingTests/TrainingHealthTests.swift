import FoveaData
import FoveaLayers
import FoveaTensors
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

  /// What is wrong with a training of one epoch on `mnist-mini` in batches of 64.
  static func findings(isNormalised: Bool, schedule: Schedule, seed: UInt64 = 0) async throws
    -> [HealthFinding]
  {
    try await findings(
      model(isNormalised: isNormalised), MNIST.mini(.training), schedule: schedule, seed: seed)
  }

  /// What is wrong with a training, but for how long its steps wait, which depends on the machine.
  static func findings(
    _ model: Model, _ images: any LabelledImages, batchSize: Int = 64, epochs: Int = 1,
    schedule: Schedule, optimizer: Optimizer? = nil, interval: Int = 8, weights: Weights? = nil,
    seed: UInt64 = 0
  ) async throws -> [HealthFinding] {
    let learner = try Learner(
      model, training: DataLoader(images, batchSize: batchSize, shuffleSeed: seed),
      validation: DataLoader(MNIST.mini(.test), batchSize: 500),
      settings: LearnerSettings(
        optimizer: optimizer
          ?? .adamW(beta1: 0.9, beta2: 0.99, epsilon: 1e-5, weightDecay: 0.01), seed: seed),
      weights: weights, threads: 1)
    let report = try await learner.fit(
      epochs: epochs, schedule: schedule,
      observers: [
        HealthWatcher(), Recorder(), try ActivationStats(interval: interval),
        LabelSuspects(of: images),
      ])
    return try #require(report[HealthWatcher.self]).filter { !$0.isAboutSpeed }
  }

  @Test(arguments: [0, 1] as [UInt64])
  func `the constant rate without normalisation is diagnosed by name and layer`(
    seed: UInt64
  ) async throws {
    let found = try await Self.findings(
      isNormalised: false, schedule: .constant(learningRate: 0.06), seed: seed)
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

  @Test(arguments: [0, 1, 2] as [UInt64])
  func `1cycle with normalisation raises nothing`(seed: UInt64) async throws {
    let found = try await Self.findings(
      isNormalised: true, schedule: .fastaiOneCycle(maxLearningRate: 0.06), seed: seed)
    #expect(found.isEmpty, "\(found)")
  }

  @Test func `a rate that moves nothing is too low`() async throws {
    let found = try await Self.findings(
      isNormalised: false, schedule: .constant(learningRate: 1e-9))
    #expect(Set(found.map(\.kind)) == [.noLearning, .learningRateTooLow], "\(found)")
  }
}
