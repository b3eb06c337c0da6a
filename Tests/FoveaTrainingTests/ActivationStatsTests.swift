import FoveaData
import FoveaLayers
import FoveaTensors
import FoveaTraining
import Foundation
import Testing

@Suite struct ActivationStatsTests {
  @Test(arguments: [1, 2])
  func `looking changes no bit of the training`(batches: Int) async throws {
    var results: [Weights] = []
    for isObserved in [false, true] {
      let (training, validation) = try LearnerTests.loaders(images: 400, batchSize: 64)
      let learner = try Learner(
        LearnerTests.model(), training: training, validation: validation,
        settings: LearnerSettings(seed: 5, accumulatedBatches: batches), threads: 2)
      let stats = try ActivationStats(interval: 3)
      try await learner.fitOneCycle(
        epochs: 2, maxLearningRate: 0.05, observers: isObserved ? [stats] : [])
      results.append(learner.checkpoint.weights)
      guard isObserved else { continue }
      // 14 steps: a look at every third, and no more.
      #expect(stats.steps.map(\.step) == [0, 3, 6, 9, 12])
      #expect(stats.steps.map(\.epoch) == [0, 0, 0, 1, 1])
    }
    #expect(results[0] == results[1])
  }

  /// The statistics of two images of three channels, by weights and pixels that give known outputs.
  @Test func `numbers are those of the definition`() async throws {
    let model = try Model(input: [1, 28, 28]) {
      Conv2d(3, kernel: 1)
      ReLU()
      GlobalAvgPool2d()
      Flatten()
      Linear(10)
    }
    var weights = model.initialWeights(seed: 0)
    weights["0.weight"] = Tensor([3, 1, 1, 1], [Float](repeating: 0, count: 3))
    weights["0.bias"] = Tensor([3], [-1, 0.01, 3] as [Float])
    let (training, _) = try LearnerTests.loaders(images: 64, batchSize: 64)
    let learner = try Learner(model, training: training, weights: weights, threads: 1)
    let stats = try ActivationStats(interval: 1)
    let observers: [any TrainingObserver] = [Recorder(), stats]
    let report = try await learner.fit(
      epochs: 1, schedule: .constant(learningRate: 0.5), observers: observers)
    #expect(observers[ActivationStats.self] === stats)
    #expect(report[ActivationStats.self] == stats.steps)

    let step = try #require(stats.steps.first)
    #expect(step.layers.map(\.path) == ["0", "4"])
    let first = try #require(step.layers.first)
    #expect(!first.isAnswer)
    let entry = try #require(first.entry)
    #expect(entry.kind == .rectifier && entry.isOwnOutput && entry.deadChannelsInBatch == 1)
    #expect(abs(entry.idleShare - 2.0 / 3) < 1e-9)
    #expect(step.layers[1].isAnswer && step.layers[1].entry == nil)
    #expect(abs(first.mean - 2.01 / 3) < 1e-6)
    let squares: Double = (1 + 0.0001 + 9) / 3
    #expect(abs(first.standardDeviation - (squares - first.mean * first.mean).squareRoot()) < 1e-6)
    #expect(abs(first.nearZeroShare - 1.0 / 3) < 1e-9)
    #expect(abs(first.fastaiNearZeroShare - 2.0 / 3) < 1e-9)
    #expect(first.channels == 3 && first.deadChannelsInBatch == 1)
    #expect(first.largestMagnitude == 3 && first.notFiniteCount == 0)
    let count = 64 * 28 * 28
    // Bins of a quarter: −1 begins bin 36, 0 bin 40, and 3 bin 52.
    #expect(first.histogram.count == LayerStatistics.histogramBins)
    #expect([36, 40, 52].allSatisfy { first.histogram[$0] == count })

    // SGD's first step moves the layer by its gradient times the rate.
    let gradient = try #require(first.gradientNorm)
    let moved = ["0.weight", "0.bias"].map { name -> Double in
      let (before, after) = (weights[name]?.floats ?? [], learner.weights[name]?.floats ?? [])
      return zip(before, after).reduce(0) { $0 + Double($1.1 - $1.0) * Double($1.1 - $1.0) }
    }.reduce(0, +).squareRoot()
    #expect(abs(moved - 0.5 * gradient) < 1e-4 * moved)
    let ratio = try #require(first.updateRatio)
    let norm = try #require(first.parameterNorm)
    #expect(abs(norm - (1 + 0.0001 + 9.0).squareRoot()) < 1e-6)
    #expect(abs(ratio - 0.5 * gradient / norm) < 1e-4 * ratio)
    #expect(step.images == 64 && step.recentLooks == 1 && step.recentImages == 64)

    let coded = try JSONEncoder().encode(stats.steps)
    #expect(try JSONDecoder().decode([ObservedStep].self, from: coded) == stats.steps)
  }

  @Test func `layers are chosen by path, and a frozen one has no gradient`() async throws {
    let (training, _) = try LearnerTests.loaders(images: 64, batchSize: 64)
    func stats(_ layers: [String]) async throws -> ActivationStats {
      let stats = try ActivationStats(layers: layers, interval: 1)
      let frozen = UpdateOptions(groups: [ParameterGroup("4.*", isFrozen: true)])
      let learner = try Learner(
        LearnerTests.model(), training: training, settings: LearnerSettings(updates: frozen),
        threads: 1)
      try await learner.fit(
        epochs: 1, schedule: .constant(learningRate: 0.1), observers: [stats])
      return stats
    }
    let layers = try #require(try await stats(["1", "4"]).steps.first)
      .layers
    #expect(layers.map(\.path) == ["1", "4"])
    // After a ReLU nothing is negative.
    #expect(layers[0].histogram[..<40].allSatisfy { $0 == 0 })
    #expect(layers.allSatisfy { $0.gradientNorm == nil })
    #expect(layers.map(\.entry?.kind) == [nil, .rectifier])
    await #expect(throws: TrainingError.self) { try await stats(["head.*"]) }
    #expect(throws: TrainingError.self) { try ActivationStats(interval: 0) }
  }

  /// Keeps the weights before each step.
  private final class StepWeights: TrainingObserver {
    let learner: Learner
    private(set) var outcome: [Weights]
    init(_ learner: Learner) {
      self.learner = learner
      outcome = [learner.weights]
    }

    func receive(_ event: TrainingEvent) -> TrainingAction {
      if case .stepEnded = event { outcome.append(learner.weights) }
      return .proceed
    }
  }

  static func norm(_ numbers: [Float]) -> Double {
    numbers.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }

  static let optimizers: [(Optimizer, GradientClipping?)] = [
    (.adamW(), nil), (.sgd(momentum: 0.9, weightDecay: 0.1), nil), (.sgd(), .norm(maximum: 1e-3)),
    (.lion(), nil),
  ]

  @Test(arguments: optimizers, [1, 2])
  func `an update ratio is how far the optimiser has moved the layer`(
    settings: (optimizer: Optimizer, clipping: GradientClipping?), batches: Int
  ) async throws {
    let (training, _) = try LearnerTests.loaders(images: 256, batchSize: 64)
    let learner = try Learner(
      LearnerTests.model(), training: training,
      settings: LearnerSettings(
        optimizer: settings.optimizer,
        updates: UpdateOptions(
          groups: [ParameterGroup("4.*", learningRateFactor: 0.01)], clipping: settings.clipping),
        accumulatedBatches: batches), threads: 1)
    let (stats, weights) = (try ActivationStats(interval: 1), StepWeights(learner))
    try await learner.fit(
      epochs: 1, schedule: .constant(learningRate: 0.02), observers: [stats, weights])
    #expect(stats.steps.count == 4 && weights.outcome.count == 5)
    for look in stats.steps {
      // The update that a look belongs to is that of its step, or of the step after it.
      let before = weights.outcome[look.step]
      let after = weights.outcome[(look.step / batches + 1) * batches]
      for layer in look.layers {
        let names = before.names.filter { $0.hasPrefix(layer.path + ".") }
        let own = names.flatMap { before[$0]?.floats ?? [] }
        let moved = zip(own, names.flatMap { after[$0]?.floats ?? [] }).map { $1 - $0 }
        let expected = Self.norm(moved) / Self.norm(own)
        let ratio = try #require(layer.updateRatio)
        #expect(expected > 0 && abs(ratio - expected) <= 1e-3 * expected, "\(layer.path)")
      }
    }
  }

  @Test func `what is frozen for some epochs has no gradient in them, and answers as in its steps`()
    async throws
  {
    let (training, _) = try LearnerTests.loaders(images: 128, batchSize: 64)
    let learner = try Learner(LearnerTests.model(), training: training, threads: 1)
    let stats = try ActivationStats(layers: ["1", "2", "4", "8"], interval: 1)
    try await learner.fineTune(
      epochs: 1, frozenEpochs: 1, maxLearningRate: 0.01, observers: [stats])
    #expect(stats.steps.map(\.epoch) == [0, 0, 1, 1])
    for look in stats.steps {
      let (normalized, body, head) = (look.layers[1], look.layers[2], look.layers[3])
      for layer in [normalized, body] {
        #expect((layer.gradientNorm == nil) == (look.epoch == 0), "\(look.step) \(layer.path)")
        #expect((layer.parameterNorm == nil) == (look.epoch == 0))
        #expect((layer.updateRatio == nil) == (look.epoch == 0))
      }
      #expect(head.gradientNorm ?? 0 > 0 && head.updateRatio ?? 0 > 0)
      // Running statistics of the start change nothing; those of a batch would make the mean 0.
      let isHeld = abs(normalized.mean - look.layers[0].mean) < 1e-4 * look.layers[0].mean
      #expect(isHeld == (look.epoch == 0), "\(normalized.mean)")
    }
  }

  @Test func `channels that only some batches wake are not dead over the looks`() async throws {
    let model = try Model(input: [1, 4, 4]) {
      Conv2d(3, kernel: 1)
      ReLU()
      GlobalAvgPool2d()
      Flatten()
      Linear(1)
    }
    var weights = model.initialWeights(seed: 0)
    weights["0.weight"] = Tensor([3, 1, 1, 1], [1, -1, 0] as [Float])
    weights["0.bias"] = Tensor([3], [0, 0, -1] as [Float])
    // Batches of 8 images, bright and dark in turns.
    let pixels = (0..<40).flatMap { [Float](repeating: $0 / 8 % 2 == 0 ? 1 : -1, count: 16) }
    let images = try TensorDataset(
      name: "turns", images: Tensor([40, 1, 4, 4], pixels),
      targets: Tensor([40, 1], [Float](repeating: 0, count: 40)))
    let learner = try Learner(
      model, training: DataLoader(images, batchSize: 8),
      settings: LearnerSettings(loss: .meanSquaredError, metrics: []), weights: weights, threads: 1)
    let stats = try ActivationStats(interval: 1)
    try await learner.fit(
      epochs: 1, schedule: .constant(learningRate: 1e-6), observers: [stats])
    #expect(stats.steps.map(\.recentLooks) == [1, 1, 2, 2, 3])
    #expect(stats.steps.map(\.recentImages) == [8, 8, 16, 16, 24])
    #expect(stats.steps.map { $0.layers[0].deadChannelsInBatch } == [2, 2, 2, 2, 2])
    #expect(stats.steps.map { $0.layers[0].deadChannelsInRecentLooks } == [2, 2, 1, 1, 1])
    let entries = stats.steps.compactMap(\.layers[0].entry)
    #expect(entries.map(\.deadChannelsInRecentLooks) == [2, 2, 1, 1, 1])
  }
}
