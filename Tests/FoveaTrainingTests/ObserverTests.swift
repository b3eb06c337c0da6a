import FoveaData
import FoveaLayers
import FoveaTensors
import FoveaTraining
import Testing

/// Counts what it is told, and what an observer that it needs has been told by then.
private class Follower: TrainingObserver {
  var log: [String] = []
  var leader: Recorder?
  var requirements: [any TrainingObserver.Type] { [Recorder.self] }
  var outcome: [String] { log }

  func attach(to observers: [any TrainingObserver]) { leader = observers[Recorder.self] }

  func receive(_ event: TrainingEvent) -> TrainingAction {
    if case .stepEnded(let record) = event {
      log.append("\(record.step)/\(leader?.steps.count ?? 0)")
    }
    return .proceed
  }
}

/// Keeps the outputs of layers that it asks for.
private final class OutputKeeper: TrainingObserver {
  let request: ObservationRequest
  private(set) var outcome: [(step: Int, paths: [String], output: Tensor, gradient: Double?)] = []
  var observationRequest: ObservationRequest? { request }
  init(_ request: ObservationRequest) { self.request = request }
  func receive(_ event: TrainingEvent) -> TrainingAction { .proceed }
  func receive(_ observation: Observation) throws {
    let first = try #require(observation.layers.first)
    outcome.append(
      (observation.step, observation.layers.map(\.path), try first.output(), first.gradientNorm))
  }
}

private final class Chicken: TrainingObserver {
  var requirements: [any TrainingObserver.Type] { [Egg.self] }
  func receive(_ event: TrainingEvent) -> TrainingAction { .stop }
}

private final class Egg: TrainingObserver {
  var requirements: [any TrainingObserver.Type] { [Chicken.self] }
  func receive(_ event: TrainingEvent) -> TrainingAction { .stop }
}

private final class AnswerReader: TrainingObserver {
  private(set) var outcome: [StepAnswers] = []
  var wantsAnswers: Bool { true }
  func receive(_ event: TrainingEvent) -> TrainingAction { .proceed }
  func receive(_ answers: StepAnswers) { outcome.append(answers) }
}

final class LossRange: TrainingObserver {
  private(set) var outcome: ClosedRange<Float>?
  private var recorder: Recorder?

  var requirements: [any TrainingObserver.Type] { [Recorder.self] }

  func attach(to observers: [any TrainingObserver]) { recorder = observers[Recorder.self] }

  func receive(_ event: TrainingEvent) -> TrainingAction {
    if case .epochEnded = event, let losses = recorder?.steps.map(\.loss),
      let least = losses.min(), let largest = losses.max()
    {
      outcome = least...largest
    }
    return .proceed
  }
}

@Suite struct ObserverTests {
  @Test func `an observer of one's own finds out something`() async throws {
    let learner = try LearnerTests.learner()
    let report = try await learner.fitOneCycle(
      epochs: 1, maxLearningRate: 0.01, observers: [LossRange(), Recorder()])
    let range = report[LossRange.self]
    let losses = try #require(report[Recorder.self]?.steps.map(\.loss))
    #expect(range??.lowerBound == losses.min() && range??.upperBound == losses.max())
  }

  @Test func `a training's health is asked for by its type`() async throws {
    let learner = try LearnerTests.learner()
    let images = try MNIST.mini(.training).prefix(400)
    let report = try await learner.fitOneCycle(
      epochs: 1, maxLearningRate: 0.01,
      observers: [Recorder(), try ActivationStats(), LabelSuspects(of: images), HealthWatcher()])
    for finding in report[HealthWatcher.self] ?? [] { print(finding) }
    // Seven steps leave nearly half of the running statistics where they were.
    #expect(report[HealthWatcher.self]?.contains { $0.kind == .statisticsAtStart } == true)
  }

  static func fit(
    _ observers: [any TrainingObserver], batches: Int = 1, mixing: Mixing? = nil
  ) async throws -> (report: TrainingReport, learner: Learner) {
    let (training, validation) = try LearnerTests.loaders(images: 320, batchSize: 64)
    let loader = DataLoader(training.dataset, batchSize: 64, shuffleSeed: 3, mixing: mixing)
    let learner = try Learner(
      LearnerTests.model(), training: loader, validation: validation,
      settings: LearnerSettings(
        loss: mixing == nil ? .crossEntropy() : .softCrossEntropy(), seed: 5,
        accumulatedBatches: batches), threads: 2)
    let report = try await learner.fit(
      epochs: 1, schedule: .constant(learningRate: 0.05), observers: observers)
    return (report, learner)
  }

  @Test func `each observer comes after those that it needs, and results are found by type`()
    async throws
  {
    let (report, _) = try await Self.fit([Follower(), Recorder()])
    #expect(report[Follower.self] == ["0/1", "1/2", "2/3", "3/4", "4/5"])
    #expect(report[Recorder.self]?.steps.count == 5)
    #expect(report[Recorder.self]?.epochs == report.epochs)
    #expect(report[ActivationStats.self] == nil)
  }

  @Test func `what is missing and what goes round in circles is refused before the training`()
    async throws
  {
    await #expect(throws: TrainingError.missingObserver("Recorder", of: "Follower")) {
      try await Self.fit([Follower()])
    }
    await #expect(throws: TrainingError.observerCycle(["Egg", "Chicken", "Egg"])) {
      try await Self.fit([Egg(), Recorder(), Chicken()])
    }
    await #expect(throws: TrainingError.self) {
      try await Self.fit([OutputKeeper(ObservationRequest(interval: 0))])
    }
    await #expect(throws: TrainingError.self) {
      try await Self.fit([OutputKeeper(ObservationRequest(layers: ["head"], interval: 1))])
    }
  }

  @Test func `layers are seen as they were asked for, and the training is the same`() async throws {
    let all = OutputKeeper(ObservationRequest(interval: 2))
    let one = OutputKeeper(ObservationRequest(layers: ["1"], interval: 3, hasGradients: false))
    let (report, learner) = try await Self.fit([all, one])
    let (_, plain) = try await Self.fit([])
    #expect(learner.checkpoint.weights == plain.checkpoint.weights)
    let seen = try #require(report[OutputKeeper.self])
    #expect(seen.map(\.step) == [0, 2, 4])
    #expect(seen.allSatisfy { $0.gradient ?? 0 > 0 })
    #expect(one.outcome.map(\.step) == [0, 3])
    #expect(one.outcome.allSatisfy { $0.paths == ["1"] && $0.gradient == nil })
    #expect(one.outcome.allSatisfy { $0.output.floats.allSatisfy { $0 >= 0 } })
  }

  @Test(arguments: [1, 2])
  func `answers are those whose loss is recorded`(batches: Int) async throws {
    let (report, _) = try await Self.fit([AnswerReader(), Recorder()], batches: batches)
    let answers = try #require(report[AnswerReader.self])
    let steps = try #require(report[Recorder.self]).steps
    #expect(answers.map(\.step) == steps.map(\.step))
    for (answer, step) in zip(answers, steps) {
      let predictions = try Predictions(
        logits: answer.logits, classNames: (0..<10).map { "\($0)" },
        labels: answer.labels.map(Int.init))
      let loss = predictions.topLosses(.max).map(\.loss).reduce(0, +) / Double(step.images)
      #expect(abs(loss - Double(step.loss)) < 1e-5)
    }
  }

  @Test func `batches that were mixed say so`() async throws {
    let (report, _) = try await Self.fit([AnswerReader()], mixing: .mixup(alpha: 0.4))
    #expect(report[AnswerReader.self]?.allSatisfy(\.isMixed) == true)
  }
}
