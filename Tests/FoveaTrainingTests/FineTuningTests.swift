import FoveaData
import FoveaGraph
import FoveaLayers
import FoveaRuntime
import FoveaTensors
import FoveaTraining
import Foundation
import Testing

/// Keeps the weights after each epoch, and stops after some steps.
private final class EpochWeights: TrainingObserver {
  weak var learner: Learner?
  var stopAfter: Int?
  var weights: [Weights] = []
  var rates: [Float] = []

  init(stopAfter: Int? = nil) { self.stopAfter = stopAfter }

  func receive(_ event: TrainingEvent) -> TrainingAction {
    switch event {
    case .stepEnded(let record):
      rates.append(record.learningRate)
      return rates.count == stopAfter ? .stop : .proceed
    case .epochEnded:
      if let learner { weights.append(learner.weights) }
      return .proceed
    default: return .proceed
    }
  }
}

@Suite struct FineTuningTests {
  private func learner(
    optimizer: Optimizer = .adamW(), batches: Int = 1, precision: Precision = .float32
  ) throws -> Learner {
    let (training, validation) = try LearnerTests.loaders(images: 256, batchSize: 64)
    return try Learner(
      LearnerTests.model(), training: training, validation: validation,
      settings: LearnerSettings(
        optimizer: optimizer, seed: 5, precision: precision, accumulatedBatches: batches),
      threads: 1)
  }

  @Test func `the head learns first, and the body keeps weights and running statistics`()
    async throws
  {
    let learner = try learner()
    let before = learner.weights
    let observer = EpochWeights()
    observer.learner = learner
    try await learner.fineTune(
      epochs: 1, frozenEpochs: 2, maxLearningRate: 0.01, bodyLearningRateFactor: 0.1,
      observers: [observer])
    #expect(observer.weights.count == 3)
    for name in before.names {
      let isHead = name.hasPrefix("8.")
      #expect((observer.weights[1][name] == before[name]) == !isHead, "\(name)")
      #expect(observer.weights[2][name] != observer.weights[1][name], "\(name)")
    }
  }

  @Test func `rates are those of fastai's fine_tune`() async throws {
    let learner = try learner()
    let observer = EpochWeights()
    try await learner.fineTune(
      epochs: 2, frozenEpochs: 1, maxLearningRate: 0.01, observers: [observer])
    #expect(observer.rates.count == 12)
    #expect(abs(observer.rates[0] - 0.01 / 25) < 1e-9)
    #expect(abs(observer.rates[4] - 0.005 / 5) < 1e-9)
    let second = try #require(observer.rates[4...].max())
    #expect(second <= 0.005 && second > 0.004)
    let groups = learner.settings.updates.groups
    #expect(groups.map(\.pattern) == ["8.*", "*"])
    #expect(groups.map(\.learningRateFactor) == [1, 0.01])
  }

  @Test(
    arguments: [
      (Optimizer.adamW(), 1, Precision.float32), (.sgd(), 3, .float32), (.adamW(), 1, .float16),
    ])
  func `stopping and resuming changes nothing in either part`(
    optimizer: Optimizer, batches: Int, precision: Precision
  ) async throws {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("fovea-\(UUID()).safetensors")
    defer { try? FileManager.default.removeItem(at: file) }
    let whole = try learner(optimizer: optimizer, batches: batches, precision: precision)
    try await whole.fineTune(epochs: 2, frozenEpochs: 1, maxLearningRate: 0.01)
    for steps in [2, 4, 7] {
      let first = try learner(optimizer: optimizer, batches: batches, precision: precision)
      try await first.fineTune(
        epochs: 2, frozenEpochs: 1, maxLearningRate: 0.01,
        observers: [EpochWeights(stopAfter: steps)], checkpointFile: file)
      let (training, validation) = try LearnerTests.loaders(images: 256, batchSize: 64)
      let second = try Learner(
        resuming: Checkpoint(contentsOf: file), training: training, validation: validation,
        threads: 2)
      try await second.resume()
      #expect(second.checkpoint.weights == whole.checkpoint.weights, "after \(steps) steps")
    }
  }

  @Test func `a body that thaws counts its own updates`() {
    let options = UpdateOptions(groups: [ParameterGroup("*", frozenEpochs: 2)])
    let settings = Schedule.constant(learningRate: 0.1).settings(step: 0, of: 1, momentum: 0.9)
    let adam = Optimizer.adam()
    let thawed = adam.inputs(settings, step: 25, options: options, updatesPerEpoch: 10)
    let fresh = adam.inputs(
      settings, step: 5, options: UpdateOptions(groups: [ParameterGroup("*")]))
    let name = thawed.keys.first { $0.contains("group-0") }
    #expect(name != nil && thawed[name ?? ""] == fresh[name ?? ""])
  }

  @Test func `frozen batch normalisations answer as in inference`() throws {
    let model = try LearnerTests.model()
    let held = model.holdingRunningStatistics { $0.hasPrefix("2.") }
    #expect(held.training.updates.isEmpty && !model.training.updates.isEmpty)
    let operations = held.training.nodes.filter { $0.path == "2" }.map(\.operation.name)
    #expect(operations.contains("BatchNorm2d") && !operations.contains("BatchNorm2dTraining"))
    #expect(model.holdingRunningStatistics { _ in false } == model)
    #expect(model.headPaths == ["8"])
  }

  @Test func `numbers of epochs that make no training are refused`() async throws {
    let learner = try learner()
    await #expect(throws: TrainingError.self) {
      try await learner.fineTune(epochs: 0, maxLearningRate: 0.01)
    }
    await #expect(throws: TrainingError.self) {
      try await learner.fineTune(epochs: 1, frozenEpochs: -1, maxLearningRate: 0.01)
    }
    await #expect(throws: TrainingError.self) {
      try await learner.fineTune(epochs: 1, maxLearningRate: 0.01, bodyLearningRateFactor: -1)
    }
  }
}
