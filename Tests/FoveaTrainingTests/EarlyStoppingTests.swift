import FoveaRuntime
import FoveaTensors
import FoveaTraining
import Foundation
import Testing

/// Keeps the weights after each epoch, and stops after some steps.
private final class EpochWeights: TrainingObserver {
  weak var learner: Learner?
  var weights: [Weights] = []
  var stepsLeft: Int?

  func receive(_ event: TrainingEvent) -> TrainingAction {
    if case .epochEnded = event, let learner { weights.append(learner.weights) }
    guard case .stepEnded = event, let left = stepsLeft else { return .proceed }
    stepsLeft = left - 1
    return left == 1 ? .stop : .proceed
  }
}

@Suite struct EarlyStoppingTests {
  let file = FileManager.default.temporaryDirectory
    .appendingPathComponent("fovea-\(UUID()).safetensors")

  private func record(_ epoch: Int, _ loss: Double?, accuracy: Double? = nil) throws -> EpochRecord
  {
    var fields: [String: Any] = [
      "epoch": epoch, "trainingLoss": 1, "seconds": 1,
      "metrics": accuracy.map { ["accuracy": $0] } ?? [:],
    ]
    fields["validationLoss"] = loss
    return try JSONDecoder().decode(
      EpochRecord.self, from: JSONSerialization.data(withJSONObject: fields))
  }

  private func learner(_ images: Int = 192) throws -> Learner {
    let (training, validation) = try LearnerTests.loaders(images: images, batchSize: 64)
    return try Learner(
      LearnerTests.model(), training: training, validation: validation,
      settings: LearnerSettings(optimizer: .adamW(), seed: 5), threads: 1)
  }

  @Test func `the best epoch is the first of equals, and a missing number is none`() throws {
    let records = [
      try record(0, 2, accuracy: 0.5), try record(1, nil, accuracy: 0.7),
      try record(2, 1, accuracy: 0.6), try record(3, 1, accuracy: 0.7),
    ]
    #expect(Plateau.Measure.validationLoss.best(of: records)?.epoch == 2)
    #expect(Plateau.Measure.metric("accuracy").best(of: records)?.epoch == 1)
    #expect(Plateau.Measure.metric("other").best(of: records) == nil)
    #expect(Plateau.Measure.validationLoss.best(of: []) == nil)
  }

  @Test(arguments: [1, 2, 3])
  func `it stops after so many epochs without a better one`(patience: Int) throws {
    let losses = [3.0, 2, 2.5, 2, 1, 1.5, 1.2, 1.1]
    let stopping = EarlyStopping(patience: patience)
    var stopped: Int?
    for (epoch, loss) in losses.enumerated() where stopped == nil {
      if stopping.receive(.epochEnded(try record(epoch, loss))) == .stop { stopped = epoch }
    }
    #expect(stopped == [1: 2, 2: 3, 3: 7][patience])
    #expect(stopping.best?.epoch == (patience == 3 ? 4 : 1))
    #expect(stopping.hasStopped)
  }

  @Test func `an interrupted training stops where it would have stopped`() async throws {
    defer { try? FileManager.default.removeItem(at: file) }
    // No epoch has this metric, so that none is better.
    let measure = Plateau.Measure.metric("none")
    let whole = try learner()
    let schedule = Schedule.constant(learningRate: 0.01)
    let report = try await whole.fit(
      epochs: 9, schedule: schedule, observers: [EarlyStopping(measure, patience: 3)])
    #expect(report.epochs.count == 3 && report.wasStopped)
    let first = try learner()
    let interruption = EpochWeights()
    interruption.stepsLeft = 5
    try await first.fit(
      epochs: 9, schedule: schedule, observers: [interruption], checkpointFile: file)
    let (training, validation) = try LearnerTests.loaders(images: 192, batchSize: 64)
    let second = try Learner(
      resuming: Checkpoint(contentsOf: file), training: training, validation: validation,
      threads: 2)
    let done = second.progress?.finishedEpochs ?? []
    #expect(done.count == 1)
    let stopping = EarlyStopping(measure, patience: 3, after: done)
    try await second.resume(observers: [stopping])
    #expect(second.checkpoint.weights == whole.checkpoint.weights)
    // What has stopped stays so, and goes on without it as if it had never been there.
    let still = try await second.resume(observers: [stopping])
    #expect(still.epochs.count == 3)
    try await second.resume(epochs: 4)
    let longer = try learner()
    try await longer.fit(epochs: 4, schedule: schedule)
    #expect(second.checkpoint.weights == longer.checkpoint.weights)
  }

  @Test func `the best epoch's checkpoint is kept beside the last`() async throws {
    defer { try? FileManager.default.removeItem(at: file) }
    let learner = try learner()
    let observer = EpochWeights()
    observer.learner = learner
    learner.bestCheckpoint = BestCheckpoint(file, by: .metric("accuracy"))
    let report = try await learner.fit(
      epochs: 4, schedule: .constant(learningRate: 0.02), observers: [observer])
    let best = try #require(Plateau.Measure.metric("accuracy").best(of: report.epochs)).epoch
    let stored = try Checkpoint(contentsOf: file)
    #expect(stored.progress?.epoch == best + 1)
    for (name, tensor) in observer.weights[best].tensors { #expect(stored.weights[name] == tensor) }
  }

  @Test func `a time limit stops between steps, and the rest is as if it had not`() async throws {
    defer { try? FileManager.default.removeItem(at: file) }
    let schedule = Schedule.fastaiOneCycle(maxLearningRate: 0.01)
    let first = try learner()
    let limit = TimeLimit(.zero)
    let stopped = try await first.fit(
      epochs: 2, schedule: schedule, observers: [limit], checkpointFile: file)
    #expect(stopped.wasStopped && limit.isOver && stopped.steps == 0)
    let (training, validation) = try LearnerTests.loaders(images: 192, batchSize: 64)
    let second = try Learner(
      resuming: Checkpoint(contentsOf: file), training: training, validation: validation,
      threads: 1)
    let unhurried = TimeLimit(.seconds(3600))
    let resumed = try await second.resume(observers: [unhurried])
    #expect(!resumed.wasStopped && !unhurried.isOver)
    let whole = try learner()
    try await whole.fit(epochs: 2, schedule: schedule)
    #expect(second.checkpoint.weights == whole.checkpoint.weights)
  }
}
