import FoveaData
import FoveaLayers
import FoveaRuntime
import FoveaTensors
import FoveaTraining
import Foundation
import Testing

@Suite struct NotFiniteTests {
  /// What a training with some weights changed says of its first loss.
  static func origin(
    _ change: (inout Weights) throws -> Void, batches: Int = 1
  ) async throws -> (error: TrainingError?, before: Weights, after: Weights) {
    let (training, _) = try LearnerTests.loaders(images: 128, batchSize: 64)
    let model = try LearnerTests.model()
    var weights = model.initialWeights(seed: 1)
    try change(&weights)
    let learner = try Learner(
      model, training: training, settings: LearnerSettings(accumulatedBatches: batches),
      weights: weights, threads: 1)
    let before = learner.weights
    do {
      try await learner.fit(epochs: 1, schedule: .constant(learningRate: 0.1))
      return (nil, before, learner.weights)
    } catch let error as TrainingError {
      return (error, before, learner.weights)
    }
  }

  static func filled(_ weights: inout Weights, _ name: String, _ value: Float) throws {
    let shape = try #require(weights[name]).shape
    weights[name] = Tensor(shape, [Float](repeating: value, count: shape.elementCount))
  }

  @Test(arguments: [1, 2])
  func `the layer that went bad is named, and no parameter changes`(batches: Int) async throws {
    let layer = try await Self.origin({ try Self.filled(&$0, "4.weight", 3e38) }, batches: batches)
    guard case .notFinite(let step, let loss, let origin) = layer.error else {
      Issue.record("nothing was thrown")
      return
    }
    #expect(step == 0)
    #expect(!loss.isFinite)
    #expect(origin == "4 (Conv2d) is the first layer whose result is not finite")
    #expect(layer.after["8.weight"] == layer.before["8.weight"])
    #expect(layer.after["0.weight"] == layer.before["0.weight"])

    let weight = try await Self.origin({ try Self.filled(&$0, "8.bias", .nan) }, batches: batches)
    guard case .notFinite(_, _, let name) = weight.error else {
      Issue.record("nothing was thrown")
      return
    }
    #expect(name == "8.bias is not finite since the update before")
  }

  @Test func `a learning rate that is too high stops with its step`() async throws {
    let learner = try LearnerTests.learner()
    let error = await #expect(throws: TrainingError.self) {
      try await learner.fit(epochs: 2, schedule: .constant(learningRate: 1e30))
    }
    guard case .notFinite(let step, _, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(step > 0)
    #expect(learner.progress?.step == step)
    #expect("\(try #require(error))".contains("lower the learning rate"))
  }
}
