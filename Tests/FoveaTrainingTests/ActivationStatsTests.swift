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
    #expect(entry.kind == .rectifier && entry.isOwnOutput && entry.deadChannels == 1)
    #expect(abs(entry.idleShare - 2.0 / 3) < 1e-9)
    #expect(step.layers[1].isAnswer && step.layers[1].entry == nil)
    #expect(abs(first.mean - 2.01 / 3) < 1e-6)
    let squares: Double = (1 + 0.0001 + 9) / 3
    #expect(abs(first.standardDeviation - (squares - first.mean * first.mean).squareRoot()) < 1e-6)
    #expect(abs(first.nearZeroShare - 1.0 / 3) < 1e-9)
    #expect(abs(first.fastaiNearZeroShare - 2.0 / 3) < 1e-9)
    #expect(first.channels == 3 && first.deadChannels == 1)
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
    #expect(abs(ratio - 0.5 * gradient / (1 + 0.0001 + 9.0).squareRoot()) < 1e-6)

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
}
