import Foundation
import FoveaData
import FoveaLayers
import FoveaTensors
import FoveaZoo
import Testing

@testable import FoveaTraining

@Suite struct LearningRateSweepTests {
  private static func learner(_ settings: LearnerSettings) throws -> Learner {
    let digits = try MNIST.mini(.training).prefix(640)
    let model = try ZooModel.named("simple-cnn").build(input: [1, 28, 28], classes: 10)
    return try Learner(
      model, training: DataLoader(digits, batchSize: 32, shuffleSeed: 1), settings: settings,
      threads: 2)
  }

  @Test func `rates rise by equal ratios, and the loss falls and explodes`() async throws {
    let learner = try Self.learner(LearnerSettings(optimizer: .sgd()))
    let sweep = try await learner.findLearningRate(from: 1e-4, to: 1e4, steps: 120)
    #expect(sweep.hasDiverged)
    let rates = sweep.points.map(\.learningRate)
    for (first, second) in zip(rates, rates.dropFirst()) {
      #expect(abs(second / first - 1.167_5) < 0.001)
    }
    let valley = try #require(sweep.valley)
    #expect(1e-3...1 ~= valley)
    let steepest = try #require(sweep.steepest)
    #expect(1e-3...10 ~= steepest)
  }

  /// What fastai 2's `valley`, `steep` and `minimum` say of the same losses.
  @Test func `suggestions follow fastai's rules`() throws {
    // 40 points: a slow rise, a straight fall over 18 points, a rise.
    let losses = (0..<40).map { place -> (learningRate: Double, loss: Double) in
      let fall = 2 - 0.1 * Double(place - 9)
      let rise = 2 + 0.01 * Double(place)
      let loss = place < 10 ? rise : place < 28 ? fall : 0.2 + 0.2 * Double(place - 27)
      return (1e-4 * pow(1.3, Double(place)), loss)
    }
    let sweep = LearningRateSweep(losses, hasDiverged: false)
    let valley = try #require(sweep.valley)
    #expect(abs(valley - 0.0190050) < 1e-6)
    let steepest = try #require(sweep.steepest)
    #expect(abs(steepest - 0.0917333) < 1e-6)
    let tenth = try #require(sweep.minimumOverTen)
    #expect(abs(tenth - 0.0442779) < 1e-6)
  }

  @Test func `a range that is none is refused`() async throws {
    let learner = try Self.learner(LearnerSettings())
    await #expect(throws: TrainingError.self) {
      try await learner.findLearningRate(from: 1, to: 0.1)
    }
    await #expect(throws: TrainingError.self) { try await learner.findLearningRate(steps: 3) }
  }
}
