import FoveaData
import FoveaLayers
import FoveaRuntime
import FoveaTensors
import FoveaTraining
import Foundation
import Testing

@Suite struct BatchNormRecalibrationTests {
  private func model() throws -> Model {
    try Model(input: [1, 28, 28]) {
      BatchNorm2d()
      Conv2d(2, kernel: 1)
      BatchNorm2d()
      GlobalAvgPool2d()
      Flatten()
      Linear(10)
    }
  }

  /// Mean, biased and unbiased variance.
  private func statistics(_ values: [Double]) -> (mean: Double, variance: Double, unbiased: Double)
  {
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, squares / Double(values.count), squares / Double(values.count - 1))
  }

  private func expect(_ found: Tensor?, _ expected: [Double]) throws {
    let found = try #require(found).floats
    #expect(found.count == expected.count)
    for (left, right) in zip(found, expected) {
      // Batches sum 50,000 pixels in float32; a biased variance would be 2e-5 to 6e-5 of itself less.
      #expect(abs(Double(left) - right) < 1.5e-5 * max(1, abs(right)), "\(left) \(right)")
    }
  }

  @Test(arguments: [nil, 2])
  func `statistics are PyTorch's update_bn, computed in Double`(batches: Int?) async throws {
    // 150 images in batches of 64: the last has 22, and counts as much as the others.
    let (loader, _) = try LearnerTests.loaders(images: 150, batchSize: 64)
    let learner = try Learner(model(), training: loader, threads: 1)
    let before = learner.weights
    let found = try await learner.recalibrateBatchNorm(batches: batches)
    let weights = learner.weights
    for name in before.names {
      #expect((before[name] == weights[name]) == !name.contains("running"), "\(name)")
    }
    let filter = try #require(before["1.weight"]).floats.map(Double.init)
    let bias = try #require(before["1.bias"]).floats.map(Double.init)
    var (means, variances) = ([[Double]](), [[Double]]())
    for try await batch in loader.batches(epoch: 0) where means.count < batches ?? 3 {
      let pixels = batch.images.floats.map(Double.init)
      let first = statistics(pixels)
      let normalised = pixels.map { ($0 - first.mean) / (first.variance + 1e-5).squareRoot() }
      let others = zip(filter, bias).map { weight, bias in
        statistics(normalised.map { $0 * weight + bias })
      }
      means.append([first.mean] + others.map(\.mean))
      variances.append([first.unbiased] + others.map(\.unbiased))
    }
    #expect(means.count == batches ?? 3)
    func average(_ values: [[Double]], _ index: Int) -> Double {
      values.reduce(0) { $0 + $1[index] } / Double(values.count)
    }
    try expect(weights["0.running_mean"], [average(means, 0)])
    try expect(weights["0.running_var"], [average(variances, 0)])
    try expect(weights["2.running_mean"], [average(means, 1), average(means, 2)])
    try expect(weights["2.running_var"], [average(variances, 1), average(variances, 2)])
    #expect(found["2.running_var"] == weights["2.running_var"])
  }

  @Test func `the average of weights has statistics of its own, until the training goes on`()
    async throws
  {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("fovea-\(UUID()).safetensors")
    defer { try? FileManager.default.removeItem(at: file) }
    let (loader, validation) = try LearnerTests.loaders(images: 192, batchSize: 64)
    func learner() throws -> Learner {
      try Learner(
        LearnerTests.model(), training: loader, validation: validation,
        settings: LearnerSettings(seed: 5, averaging: .stochastic(start: 0)), threads: 1)
    }
    let schedule = Schedule.constant(learningRate: 0.05)
    let first = try learner()
    try await first.fit(epochs: 2, schedule: schedule)
    let plain = first.checkpoint
    let found = try await first.recalibrateBatchNorm(averaged: true)
    let stored = first.checkpoint
    #expect(stored.weights["2.running_mean"] == plain.weights["2.running_mean"])
    #expect(stored.averagedWeights?["2.running_mean"] == found["2.running_mean"])
    #expect(found["2.running_mean"] != plain.weights["2.running_mean"])
    try stored.write(to: file)
    let second = try Learner(
      resuming: Checkpoint(contentsOf: file), training: loader, validation: validation, threads: 1)
    let evaluation = try await first.evaluate(validation, averaged: true)
    #expect(try await second.evaluate(validation, averaged: true) == evaluation)
    // Statistics of an earlier average are none of the next.
    try await second.resume(epochs: 3)
    let whole = try learner()
    try await whole.fit(epochs: 3, schedule: schedule)
    #expect(second.checkpoint.weights == whole.checkpoint.weights)
  }

  @Test func `what cannot be measured is refused or nothing`() async throws {
    let (loader, _) = try LearnerTests.loaders(images: 64, batchSize: 64)
    let learner = try Learner(model(), training: loader, threads: 1)
    await #expect(throws: TrainingError.self) { try await learner.recalibrateBatchNorm(batches: 0) }
    await #expect(throws: TrainingError.self) {
      try await learner.recalibrateBatchNorm(averaged: true)
    }
    let plain = try Model(input: [1, 28, 28]) {
      Flatten()
      Linear(10)
    }
    let other = try Learner(plain, training: loader, threads: 1)
    #expect(try await other.recalibrateBatchNorm() == Weights())
  }
}
