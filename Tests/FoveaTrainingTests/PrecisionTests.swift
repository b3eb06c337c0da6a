import FoveaData
import FoveaLayers
import FoveaTraining
import Testing

@Suite struct PrecisionTests {
  /// Convolutions that minimal filtering computes, forward and backward.
  private static func model() throws -> Model {
    try Model(input: [1, 28, 28]) {
      for channels in [16, 32] {
        Conv2d(channels, kernel: 3, padding: 1)
        ReLU()
        Conv2d(channels, kernel: 3, padding: 1)
        BatchNorm2d()
        ReLU()
        MaxPool2d(kernel: 2)
      }
      GlobalAvgPool2d()
      Flatten()
      Linear(10)
    }
  }

  @Test func `minimal filtering leaves a trained network's accuracy as it is`() async throws {
    let loader = try DataLoader(MNIST.mini(.training).prefix(2000), batchSize: 50, shuffleSeed: 1)
    let test = try DataLoader(MNIST.mini(.test), batchSize: 200)
    let trained = try Learner(
      Self.model(), training: loader,
      settings: LearnerSettings(optimizer: .adamW(), metrics: [.accuracy], seed: 2))
    _ = try await trained.fitOneCycle(epochs: 5, maxLearningRate: 0.01)
    let fast = try await trained.evaluate(test)
    let exact = try await Learner(
      Self.model(), training: loader,
      settings: LearnerSettings(metrics: [.accuracy], precision: .exactConvolution),
      weights: trained.weights
    ).evaluate(test)
    let accuracies = try [fast, exact].map { try #require($0.metrics[Metric.accuracy.name]) }
    #expect(accuracies[1] > 0.9)
    // An image whose two best classes are level to the last bits may change its class.
    #expect(abs(accuracies[0] - accuracies[1]) <= 1 / 2000)
    #expect(fast.loss != exact.loss, "both ran the same kernels")
    #expect(abs(fast.loss - exact.loss) < 1e-4 * exact.loss)
  }
}
