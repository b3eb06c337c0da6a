import FoveaData
import FoveaLayers
import FoveaTensors
import FoveaTraining
import Testing

/// Trainings that nothing is wrong with, of many kinds: a watcher that cries wolf is switched off.
@Suite struct HealthyTrainingTests {
  enum Network: CaseIterable {
    case plainReLU, normalisedBeforeReLU, residualGELU, tanh, sigmoid, groupNormLeaky

    func model() throws -> Model {
      try Model(input: [1, 28, 28]) {
        switch self {
        case .plainReLU:
          Conv2d(8, kernel: 5, stride: 2, padding: 2)
          ReLU()
          Conv2d(16, kernel: 3, stride: 2, padding: 1)
          ReLU()
        case .normalisedBeforeReLU:
          Conv2d(8, kernel: 5, stride: 2, padding: 2, bias: false)
          BatchNorm2d()
          ReLU()
          Conv2d(16, kernel: 3, stride: 2, padding: 1, bias: false)
          BatchNorm2d()
          ReLU()
        case .residualGELU:
          Conv2d(16, kernel: 5, stride: 2, padding: 2)
          GELU()
          Residual {
            Conv2d(16, kernel: 3, padding: 1)
            GELU()
            Conv2d(16, kernel: 3, padding: 1)
          }
        case .tanh:
          Conv2d(8, kernel: 5, stride: 2, padding: 2)
          Tanh()
          Conv2d(16, kernel: 3, stride: 2, padding: 1)
          Tanh()
        case .sigmoid:
          Conv2d(8, kernel: 5, stride: 2, padding: 2)
          BatchNorm2d()
          Sigmoid()
        case .groupNormLeaky:
          Conv2d(8, kernel: 5, stride: 2, padding: 2)
          GroupNorm(groups: 4)
          LeakyReLU()
          Conv2d(16, kernel: 3, stride: 2, padding: 1)
          LeakyReLU()
        }
        Flatten()
        Linear(10)
      }
    }
  }

  @Test(arguments: Network.allCases, [0, 1, 2] as [UInt64])
  func `healthy trainings raise nothing`(network: Network, seed: UInt64) async throws {
    let adam = seed != 1
    let found = try await TrainingHealthTests.findings(
      network.model(), MNIST.mini(.training), epochs: seed == 2 ? 4 : 1,
      schedule: adam
        ? .fastaiOneCycle(maxLearningRate: 0.004) : .constant(learningRate: 0.02),
      optimizer: adam ? .adamW() : .sgd(momentum: 0.9), seed: seed)
    #expect(found.isEmpty, "\(found)")
  }

  @Test(arguments: [Loss.meanSquaredError, .huber()])
  func `a regression whose loss is large raises nothing`(loss: Loss) async throws {
    let digits = try MNIST.mini(.training).prefix(640)
    let pixels = try DataLoader(digits, batchSize: 640)
      .batch(0, epoch: 0, order: Array(0..<640)).images
    let images = try TensorDataset(
      name: "ten times the digit", images: pixels,
      targets: Tensor([640, 1], (0..<640).map { 10 * Float(digits.label(of: $0)) }))
    let model = try Model(input: [1, 28, 28]) {
      Conv2d(8, kernel: 5, stride: 2, padding: 2)
      ReLU()
      Conv2d(16, kernel: 3, stride: 2, padding: 1)
      ReLU()
      Flatten()
      Linear(1)
    }
    let learner = try Learner(
      model, training: DataLoader(images, batchSize: 64, shuffleSeed: 1),
      settings: LearnerSettings(loss: loss, optimizer: .adamW(), metrics: [], seed: 1), threads: 1)
    let report = try await learner.fit(
      epochs: 8, schedule: .fastaiOneCycle(maxLearningRate: 0.01),
      observers: [Recorder(), try ActivationStats(interval: 8), HealthWatcher()])
    let found = try #require(report[HealthWatcher.self]).filter { !$0.isAboutSpeed }
    #expect(found.isEmpty, "\(found)")
    // So that it would not do as the cross-entropy of two classes.
    #expect(report.epochs.last?.trainingLoss ?? 0 > 1)
  }
}
