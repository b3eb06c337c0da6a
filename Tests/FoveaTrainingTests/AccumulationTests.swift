import FoveaData
import FoveaLayers
import FoveaRuntime
import FoveaTensors
import FoveaTraining
import Foundation
import Testing

@Suite struct AccumulationTests {
  /// A network whose images have no part in each other's results.
  static func model() throws -> Model {
    try Model(input: [1, 28, 28]) {
      Conv2d(4, kernel: 5, stride: 4)
      ReLU()
      Flatten()
      Linear(10)
    }
  }

  static func trained(
    _ loss: Loss, _ optimizer: Optimizer, batchSize: Int, batches: Int,
    precision: Precision = .float32, clipping: GradientClipping? = nil
  ) async throws -> (weights: Weights, report: TrainingReport, updates: Int?) {
    let images = try MNIST.mini(.training).prefix(160)
    let learner = try Learner(
      model(), training: DataLoader(images, batchSize: batchSize),
      settings: LearnerSettings(
        loss: loss, optimizer: optimizer, seed: 3, precision: precision,
        updates: UpdateOptions(clipping: clipping), accumulatedBatches: batches), threads: 1)
    let report = try await learner.fit(epochs: 3, schedule: .cosine(learningRate: 0.02))
    return (learner.weights, report, learner.progress?.update)
  }

  static let weights: [Float] = [1, 2, 0.5, 1, 1, 3, 1, 0.25, 1, 1]

  @Test(arguments: [
    Loss.crossEntropy, .crossEntropy(labelSmoothing: 0.1, classWeights: weights, ignoreIndex: 3),
    .binaryCrossEntropy(), .softmaxFocal(), .meanSquaredErrorOfClasses,
  ])
  func `batches of any sizes update as one large batch`(loss: Loss) async throws {
    for (large, small, count) in [(160, 50, 4), (64, 32, 2), (64, 16, 4), (160, 160, 3)] {
      let whole = try await Self.trained(loss, .sgd(), batchSize: large, batches: 1)
      let parts = try await Self.trained(loss, .sgd(), batchSize: small, batches: count)
      #expect(whole.updates == parts.updates)
      for (name, tensor) in whole.weights.tensors {
        let (expected, found) = (tensor.floats, try #require(parts.weights[name]).floats)
        let worst = zip(expected, found).map { abs($0 - $1) }.max() ?? .nan
        #expect(worst < 2e-6, "\(name): \(worst) with \(small) × \(count)")
      }
    }
  }

  @Test func `clipping, 16 bits and adaptive steps take accumulated gradients`() async throws {
    for (precision, bound) in [(Precision.float32, Float(2e-6)), (.float16, 5e-3)] {
      let clipping = GradientClipping.norm(maximum: 0.5)
      let whole = try await Self.trained(
        .crossEntropy, .rmsProp(epsilon: 1e-3), batchSize: 64, batches: 1, precision: precision,
        clipping: clipping)
      let parts = try await Self.trained(
        .crossEntropy, .rmsProp(epsilon: 1e-3), batchSize: 32, batches: 2, precision: precision,
        clipping: clipping)
      for (name, tensor) in whole.weights.tensors {
        let found = try #require(parts.weights[name]).floats
        let worst = zip(tensor.floats, found).map { abs($0 - $1) }.max() ?? .nan
        #expect(worst < bound, "\(name): \(worst) in \(precision)")
      }
    }
  }
}

extension Loss {
  /// A loss by elements that takes class indices.
  fileprivate static let meanSquaredErrorOfClasses = Loss.sigmoidFocal(gamma: 0, alpha: nil)
}
