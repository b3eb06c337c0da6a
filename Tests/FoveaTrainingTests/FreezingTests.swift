import FoveaData
import FoveaGraph
import FoveaLayers
import FoveaRuntime
import FoveaTensors
import Foundation
import Testing

@testable import FoveaTraining

/// Layers that are frozen and unfrozen between trainings.
@Suite struct FreezingTests {
  private static let schedule = Schedule.constant(learningRate: 0.01)

  private static func learner(_ groups: [ParameterGroup] = []) throws -> Learner {
    let (training, _) = try LearnerTests.loaders(images: 128, batchSize: 64)
    return try Learner(
      LearnerTests.model(), training: training,
      settings: LearnerSettings(
        optimizer: .adamW(), seed: 5, updates: UpdateOptions(groups: groups)), threads: 1)
  }

  /// The parameters that an epoch changes, without running statistics.
  private static func changed(by learner: Learner) async throws -> Set<String> {
    let before = learner.weights
    try await learner.fit(epochs: 1, schedule: schedule)
    let after = learner.weights
    return Set(
      before.names.filter { name in
        !name.contains("running")
          && before[name]?.floats.map(\.bitPattern)
            != after[name]?.floats.map(\.bitPattern)
      })
  }

  private static let all: Set = [
    "0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias", "8.weight", "8.bias",
  ]

  @Test func `frozen layers keep their bytes, and learn again once unfrozen`() async throws {
    let learner = try Self.learner()
    #expect(try await Self.changed(by: learner) == Self.all)
    try learner.freeze("0.*")
    #expect(try await Self.changed(by: learner) == Self.all.subtracting(["0.weight", "0.bias"]))
    let statistics = learner.weights["2.running_mean"]
    try learner.freeze("*.weight")
    #expect(try await Self.changed(by: learner) == ["2.bias", "4.bias", "8.bias"])
    #expect(learner.weights["2.running_mean"] != statistics)
    try learner.unfreeze()
    #expect(try await Self.changed(by: learner) == Self.all)
  }

  @Test func `what was said last counts, also against groups`() async throws {
    let learner = try Self.learner([
      ParameterGroup("0.*", isFrozen: true), ParameterGroup("2.*", frozenEpochs: 1),
    ])
    #expect(try await Self.changed(by: learner) == ["4.weight", "4.bias", "8.weight", "8.bias"])
    try learner.freeze("8.*")
    try learner.unfreeze("0.*")
    #expect(try await Self.changed(by: learner) == ["0.weight", "0.bias", "4.weight", "4.bias"])
    try learner.unfreeze("8.weight")
    #expect(
      try await Self.changed(by: learner)
        == ["0.weight", "0.bias", "4.weight", "4.bias", "8.weight"])
    try learner.unfreeze()
    // The first epoch is that of a group's own.
    #expect(try await Self.changed(by: learner) == Self.all.subtracting(["2.weight", "2.bias"]))
  }

  @Test func `patterns are checked, and a refusal changes nothing`() async throws {
    let learner = try Self.learner()
    try learner.freeze("8.*")
    let settings = learner.settings
    for pattern in ["head.*", ""] {
      #expect(throws: TrainingError.self, "\(pattern)") { try learner.freeze(pattern) }
    }
    #expect(throws: TrainingError.self) { try learner.unfreeze("head.*") }
    #expect(learner.settings == settings)
    // With nothing to train there is no training; then the head alone.
    try learner.freeze("*")
    let before = learner.checkpoint
    await #expect(throws: TrainingError.self) {
      try await learner.fit(epochs: 1, schedule: Self.schedule)
    }
    await #expect(throws: TrainingError.self) { try await learner.findLearningRate() }
    #expect(learner.checkpoint.weights == before.weights)
    #expect(learner.progress == nil)
    try learner.unfreeze("8.*")
    #expect(try await Self.changed(by: learner) == ["8.weight", "8.bias"])
  }

  @Test func `checkpoints keep what is frozen, and go on with the same bits`() async throws {
    let whole = try Self.learner([ParameterGroup("0.*", isFrozen: true)])
    try whole.unfreeze("0.weight")
    try whole.freeze("4.*")
    try await whole.fit(epochs: 1, schedule: Self.schedule)
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("fovea-\(UUID()).safetensors")
    defer { try? FileManager.default.removeItem(at: file) }
    try whole.checkpoint.write(to: file)
    let (training, _) = try LearnerTests.loaders(images: 128, batchSize: 64)
    let other = try Learner(resuming: Checkpoint(contentsOf: file), training: training, threads: 2)
    #expect(other.settings == whole.settings)
    for learner in [whole, other] { try await learner.resume(epochs: 3) }
    #expect(other.checkpoint.weights == whole.checkpoint.weights)
    try whole.unfreeze()
    #expect(try await Self.changed(by: whole) == Self.all)
  }

  @Test func `a sweep after unfreezing leaves no trace`() async throws {
    let learner = try Self.learner([ParameterGroup("0.*", isFrozen: true)])
    #expect(learner.checkpoint.weights["optimizer/mean/0.weight"] == nil)
    try learner.unfreeze("0.*")
    let before = learner.checkpoint.weights
    #expect(before["optimizer/mean/0.weight"] != nil)
    _ = try await learner.findLearningRate(steps: 10)
    #expect(learner.checkpoint.weights == before)
  }
}
