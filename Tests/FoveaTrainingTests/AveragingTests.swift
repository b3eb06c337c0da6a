import FoveaData
import FoveaLayers
import FoveaRuntime
import FoveaTensors
import FoveaTraining
import Foundation
import Testing

/// Keeps the weights after each step and each epoch.
private final class WeightRecorder: TrainingObserver {
  weak var learner: Learner?
  var afterSteps: [Weights] = []
  var afterEpochs: [Weights] = []

  func receive(_ event: TrainingEvent) -> TrainingAction {
    guard let learner else { return .proceed }
    switch event {
    case .stepEnded: afterSteps.append(learner.weights)
    case .epochEnded: afterEpochs.append(learner.weights)
    default: break
    }
    return .proceed
  }
}

@Suite struct AveragingTests {
  @Test func `an exponential average follows the weights, as timm's does`() async throws {
    let (training, validation) = try LearnerTests.loaders(images: 256, batchSize: 64)
    let learner = try Learner(
      LearnerTests.model(), training: training,
      settings: LearnerSettings(seed: 5, averaging: .exponential(decay: 0.75)), threads: 1)
    let recorder = WeightRecorder()
    recorder.learner = learner
    var average = try #require(learner.weights["8.weight"]).floats
    try await learner.fit(
      epochs: 2, schedule: .constant(learningRate: 0.05), observers: [recorder])
    for weights in recorder.afterSteps {
      let new = try #require(weights["8.weight"]).floats
      average = zip(average, new).map { $0 + ($1 - $0) * 0.25 }
    }
    let found = try #require(learner.checkpoint.averagedWeights)
    let values = try #require(found["8.weight"]).floats
    for (left, right) in zip(values, average) { #expect(abs(left - right) < 1e-6) }
    #expect(found["2.running_mean"] == learner.weights["2.running_mean"])
    #expect(found["8.weight"] != learner.weights["8.weight"])
    let plain = try await learner.evaluate(validation)
    let averaged = try await learner.evaluate(validation, averaged: true)
    #expect(plain != averaged)
    #expect(try await learner.evaluate(validation) == plain)
  }

  @Test func `a stochastic average is the mean of the epochs from its start on`() async throws {
    let (training, _) = try LearnerTests.loaders(images: 128, batchSize: 64)
    let learner = try Learner(
      LearnerTests.model(), training: training,
      settings: LearnerSettings(seed: 5, averaging: .stochastic(start: 1)), threads: 1)
    let recorder = WeightRecorder()
    recorder.learner = learner
    try await learner.fit(
      epochs: 4, schedule: .constant(learningRate: 0.05), observers: [recorder])
    let epochs = try recorder.afterEpochs.dropFirst().map { try #require($0["0.weight"]).floats }
    #expect(epochs.count == 3)
    let average = try #require(learner.checkpoint.averagedWeights?["0.weight"]).floats
    for index in average.indices {
      let mean = epochs.reduce(0) { $0 + $1[index] } / 3
      #expect(abs(average[index] - mean) < 1e-6)
    }
  }

  @Test func `an average that is not kept cannot be evaluated`() async throws {
    let learner = try LearnerTests.learner()
    let (_, validation) = try LearnerTests.loaders(images: 64, batchSize: 64)
    #expect(learner.checkpoint.averagedWeights == nil)
    await #expect(throws: TrainingError.self) {
      try await learner.evaluate(validation, averaged: true)
    }
    for averaging in [WeightAveraging.exponential(decay: 2), .stochastic(start: -1)] {
      #expect(throws: TrainingError.self) {
        let (training, _) = try LearnerTests.loaders(images: 64, batchSize: 64)
        return try Learner(
          LearnerTests.model(), training: training,
          settings: LearnerSettings(averaging: averaging))
      }
    }
  }
}
