import FoveaData
import FoveaLayers
import FoveaTensors
import FoveaTraining
import FoveaZoo
import Foundation
import Testing

/// A folder that goes when the test is done.
private final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("fovea-\(UUID())")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }
}

@Suite struct LearnerTests {
  static func loaders(images: Int, batchSize: Int, dropLast: Bool = false) throws
    -> (training: DataLoader, validation: DataLoader)
  {
    let training = try MNIST.mini(.training).prefix(images)
    let test = try MNIST.mini(.test).prefix(300)
    return (
      DataLoader(training, batchSize: batchSize, shuffleSeed: 3, dropLast: dropLast),
      DataLoader(test, batchSize: 128)
    )
  }

  static func model() throws -> Model {
    try Model(input: [1, 28, 28]) {
      Conv2d(4, kernel: 5, stride: 2, padding: 2)
      ReLU()
      BatchNorm2d()
      Dropout(0.1)
      Conv2d(8, kernel: 3, stride: 2, padding: 1)
      ReLU()
      GlobalAvgPool2d()
      Flatten()
      Linear(10)
    }
  }

  static func learner(threads: Int = 2, optimizer: Optimizer = .sgd(), images: Int = 400)
    throws -> Learner
  {
    // 400 images in batches of 64: the last has 16.
    let (training, validation) = try loaders(images: images, batchSize: 64)
    return try Learner(
      model(), training: training, validation: validation,
      settings: LearnerSettings(
        optimizer: optimizer, metrics: [.accuracy, .topK(3)], seed: 5), threads: threads)
  }

  @Test func `100 steps give the same bytes for 1, 2 and 3 threads`() async throws {
    var results: [Weights] = []
    for threads in [1, 2, 3] {
      let learner = try Self.learner(threads: threads, images: 1600)
      try await learner.fitOneCycle(epochs: 4, maxLearningRate: 0.05)
      #expect(learner.progress?.step == 100)
      results.append(learner.weights)
    }
    #expect(results[0] == results[1])
    #expect(results[0] == results[2])
  }

  @Test(arguments: [Optimizer.sgd(weightDecay: 1e-4), .adam(), .adamW()])
  func `stopping and resuming changes nothing, wherever it happens`(optimizer: Optimizer)
    async throws
  {
    let folder = try TemporaryFolder()
    let file = folder.url.appendingPathComponent("checkpoint.safetensors")
    let schedule = Schedule.fastaiOneCycle(maxLearningRate: 0.01)

    let whole = try Self.learner(optimizer: optimizer)
    let report = try await whole.fit(epochs: 2, schedule: schedule)
    // 7 steps an epoch: in the middle, at an epoch's last step, in the second epoch.
    for steps in [3, 7, 10] {
      let first = try Self.learner(threads: 1, optimizer: optimizer)
      let stopped = try await first.fit(
        epochs: 2, schedule: schedule, observers: [StopAfter(steps)], checkpointFile: file)
      #expect(stopped.wasStopped)
      #expect(stopped.steps == steps)
      let (training, validation) = try Self.loaders(images: 400, batchSize: 64)
      let second = try Learner(
        resuming: Checkpoint(contentsOf: file), training: training, validation: validation,
        threads: 2)
      let resumed = try await second.resume()
      #expect(second.weights == whole.weights, "after \(steps) steps")
      #expect(second.checkpoint.weights == whole.checkpoint.weights, "after \(steps) steps")
      #expect(resumed.epochs.map(\.trainingLoss) == report.epochs.map(\.trainingLoss))
      #expect(resumed.epochs.map(\.metrics) == report.epochs.map(\.metrics))
    }
  }

  @Test func `events come in order, and steps are recorded`() async throws {
    final class Listener: TrainingObserver {
      var names: [String] = []
      func receive(_ event: TrainingEvent) -> TrainingAction {
        names.append(String("\(event)".prefix { $0 != "(" }))
        return .proceed
      }
    }
    let (listener, recorder) = (Listener(), Recorder())
    let learner = try Self.learner()
    let report = try await learner.fit(
      epochs: 2, schedule: .constant(learningRate: 0.01), observers: [listener, recorder])
    let epoch =
      ["epochBegan"] + Array(repeating: "stepEnded", count: 7)
      + ["normalizationsRead", "validationBegan", "epochEnded"]
    #expect(listener.names == ["began"] + epoch + epoch + ["ended"])
    #expect(recorder.steps.map(\.step) == Array(0..<14))
    #expect(
      recorder.steps.map(\.images) == [64, 64, 64, 64, 64, 64, 16] + [64, 64, 64, 64, 64, 64, 16])
    #expect(recorder.epochs == report.epochs)
    #expect(recorder.steps.allSatisfy { $0.learningRate == 0.01 && $0.momentum == 0.9 })
    let mean = recorder.steps[..<7].reduce(0) { $0 + Double($1.loss) * Double($1.images) } / 400
    #expect(abs(report.epochs[0].trainingLoss - mean) < 1e-9)
    #expect(recorder.stepsCSV.split(separator: "\n").count == 15)
  }

  @Test func `training learns, and evaluation changes nothing`() async throws {
    let learner = try Self.learner(images: 3200)
    let (_, validation) = try Self.loaders(images: 64, batchSize: 64)
    let before = try await learner.evaluate(validation)
    try await learner.fitOneCycle(epochs: 3, maxLearningRate: 0.2)
    let weights = learner.weights
    let after = try await learner.evaluate(validation)
    #expect(try await learner.evaluate(validation) == after)
    #expect(learner.weights == weights)
    #expect(after.loss < before.loss)
    #expect(try #require(after.metrics["accuracy"]) > 0.3)
    #expect(try #require(after.metrics["top3"]) > (try #require(after.metrics["accuracy"])))
  }

  @Test func `a second training goes on from the first`() async throws {
    let learner = try Self.learner()
    try await learner.fit(epochs: 1, schedule: .constant(learningRate: 0.01))
    let first = learner.weights
    try await learner.fit(epochs: 1, schedule: .constant(learningRate: 0.01))
    #expect(learner.weights != first)
    #expect(learner.progress?.step == 7)
  }

  @Test func `training one epoch and another is training two`() async throws {
    let schedule = Schedule.constant(learningRate: 0.01)
    let whole = try Self.learner()
    try await whole.fit(epochs: 2, schedule: schedule)
    let parts = try Self.learner()
    try await parts.fit(epochs: 1, schedule: schedule)
    try await parts.resume(epochs: 2)
    #expect(parts.weights == whole.weights)
  }

  @Test func `weight decay leaves out vectors`() async throws {
    let learner = try Self.learner(optimizer: .sgd(momentum: 0, weightDecay: 0.5))
    let before = learner.weights
    // Without a learning rate nothing moves; with a tiny one decay alone would be seen in matrices.
    try await learner.fit(epochs: 1, schedule: .constant(learningRate: 0))
    let still = learner.weights
    for parameter in learner.model.inference.variables where parameter.role == .parameter {
      #expect(still[parameter.name] == before[parameter.name])
    }
    let step = try TrainingStep(
      Self.model(), loss: .crossEntropy, optimizer: .sgd(weightDecay: 0.5))
    let decays = step.step.nodes.compactMap { node in
      "\(node.operation)".contains("SGDUpdate")
        ? (node.path, "\(node.operation)".contains("weightDecay: 0.5")) : nil
    }
    #expect(decays.count == 8)
    for (path, decay) in decays {
      #expect(
        decay
          == (path.hasSuffix("0.weight") || path.hasSuffix("4.weight")
            || path.hasSuffix("8.weight")))
    }
  }

  @Test func `what does not fit together is refused`() async throws {
    let (training, _) = try Self.loaders(images: 64, batchSize: 64)
    #expect(throws: TrainingError.imageShape(expected: [3, 28, 28], actual: [1, 28, 28])) {
      try Learner(
        Model(input: [3, 28, 28]) {
          Flatten()
          Linear(10)
        }, training: training)
    }
    #expect(throws: TrainingError.classes(model: 9, data: 10)) {
      try Learner(
        Model(input: [1, 28, 28]) {
          Flatten()
          Linear(9)
        }, training: training)
    }
    #expect(throws: TrainingError.outputShape([4, 28, 28])) {
      try Learner(Model(input: [1, 28, 28]) { Conv2d(4, kernel: 1) }, training: training)
    }
    let learner = try Self.learner()
    await #expect(throws: TrainingError.nothingToDo(epochs: 0, steps: 7)) {
      try await learner.fit(epochs: 0, schedule: .constant(learningRate: 1))
    }
    let folder = try TemporaryFolder()
    let file = folder.url.appendingPathComponent("checkpoint.safetensors")
    try await learner.fit(epochs: 1, schedule: .constant(learningRate: 0.1), checkpointFile: file)
    #expect(throws: TrainingError.otherData(expectedSteps: 7, actualSteps: 1)) {
      try Learner(resuming: Checkpoint(contentsOf: file), training: training)
    }
  }
}
