import FoveaData
import FoveaLayers
import FoveaRuntime
import FoveaTensors
import FoveaTraining
import Foundation
import Testing

@Suite struct ResumeTests {
  struct Setup: CustomTestStringConvertible {
    let testDescription: String
    let settings: LearnerSettings
    var schedule = Schedule.fastaiOneCycle(maxLearningRate: 0.01)

    init(
      _ name: String, optimizer: Optimizer = .sgd(), loss: Loss = .crossEntropy,
      precision: Precision = .float32, updates: UpdateOptions = UpdateOptions(), batches: Int = 1,
      averaging: WeightAveraging? = nil, schedule: Schedule? = nil
    ) {
      testDescription = name
      settings = LearnerSettings(
        loss: loss, optimizer: optimizer, metrics: [.accuracy], seed: 5, precision: precision,
        updates: updates, accumulatedBatches: batches, averaging: averaging)
      if let schedule { self.schedule = schedule }
    }
  }

  static let setups = [
    Setup("RMSprop", optimizer: .rmsProp(momentum: 0.9, centered: true, weightDecay: 1e-3)),
    Setup("Lion", optimizer: .lion()), Setup("LAMB", optimizer: .lamb()),
    Setup("LARS", optimizer: .lars()), Setup("Muon", optimizer: .muon()),
    Setup(
      "groups and clipping",
      updates: UpdateOptions(
        groups: [
          ParameterGroup("0.*", isFrozen: true),
          ParameterGroup("4.*", learningRateFactor: 0.1, weightDecay: 0.1),
        ], noBiasDecay: false, clipping: .norm(maximum: 1))),
    Setup("accumulation", optimizer: .adamW(), batches: 3),
    Setup("accumulation in 16 bits", precision: .float16, batches: 2),
    Setup(
      "exponential average", loss: .softCrossEntropy(labelSmoothing: 0.1), batches: 2,
      averaging: .exponential(decay: 0.9)),
    Setup("stochastic average", averaging: .stochastic(start: 0)),
    Setup(
      "plateau",
      schedule: .warmUp(
        over: .steps(3),
        then: .reduceOnPlateau(
          Plateau(learningRate: 0.01, factor: 0.5, patience: 0, threshold: 10)))),
  ]

  @Test(arguments: setups)
  func `stopping and resuming changes nothing`(setup: Setup) async throws {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("fovea-\(UUID()).safetensors")
    defer { try? FileManager.default.removeItem(at: file) }
    func learner() throws -> Learner {
      let (training, validation) = try LearnerTests.loaders(images: 400, batchSize: 64)
      return try Learner(
        LearnerTests.model(), training: training, validation: validation,
        settings: setup.settings, threads: 1)
    }
    let whole = try learner()
    let report = try await whole.fit(epochs: 3, schedule: setup.schedule)
    for steps in [2, 7, 11, 17] {
      let first = try learner()
      try await first.fit(
        epochs: 3, schedule: setup.schedule, observers: [StopAfter(steps)], checkpointFile: file)
      let (training, validation) = try LearnerTests.loaders(images: 400, batchSize: 64)
      let second = try Learner(
        resuming: Checkpoint(contentsOf: file), training: training, validation: validation,
        threads: 2)
      let resumed = try await second.resume()
      #expect(second.checkpoint.weights == whole.checkpoint.weights, "after \(steps) steps")
      #expect(second.progress?.plateau == whole.progress?.plateau)
      #expect(resumed.epochs.map(\.trainingLoss) == report.epochs.map(\.trainingLoss))
      #expect(resumed.epochs.map(\.validationLoss) == report.epochs.map(\.validationLoss))
    }
  }

  @Test func `a plateau lowers the rate, and needs what it waits for`() async throws {
    let (training, validation) = try LearnerTests.loaders(images: 64, batchSize: 64)
    func learner(_ validation: DataLoader?) throws -> Learner {
      try Learner(LearnerTests.model(), training: training, validation: validation, threads: 1)
    }
    var plateau = Plateau(
      learningRate: 0.01, measure: .metric("accuracy"), factor: 0.5, patience: 0, threshold: 10)
    let recorder = Recorder()
    try await learner(validation).fit(
      epochs: 4, schedule: .reduceOnPlateau(plateau), observers: [recorder])
    // The first epoch is the best that there is until another passes ten times as much.
    #expect(recorder.steps.map(\.learningRate) == [0.01, 0.01, 0.005, 0.0025])
    await #expect(throws: TrainingError.self) {
      try await learner(nil).fit(epochs: 1, schedule: .reduceOnPlateau(plateau))
    }
    plateau.measure = .metric("top5")
    await #expect(throws: TrainingError.self) {
      try await learner(validation).fit(epochs: 1, schedule: .reduceOnPlateau(plateau))
    }
    plateau.measure = .trainingLoss
    try await learner(nil).fit(epochs: 1, schedule: .reduceOnPlateau(plateau))
  }

  @Test func `settings of earlier versions are read`() throws {
    let now = LearnerSettings()
    var fields = try #require(
      JSONSerialization.jsonObject(with: JSONEncoder().encode(now)) as? [String: Any])
    for name in ["updates", "accumulatedBatches", "averaging"] { fields[name] = nil }
    let earlier = try JSONSerialization.data(withJSONObject: fields)
    #expect(try JSONDecoder().decode(LearnerSettings.self, from: earlier) == now)
  }
}
