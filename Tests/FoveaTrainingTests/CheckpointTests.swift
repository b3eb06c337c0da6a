import FoveaData
import FoveaFormats
import FoveaLayers
import FoveaTensors
import FoveaTraining
import Foundation
import FuzzSupport
import Testing

@Suite struct CheckpointTests {
  static func data() throws -> DataLoader {
    DataLoader(try MNIST.mini(.training).prefix(32), batchSize: 16, shuffleSeed: 1)
  }

  /// A checkpoint of a small model after an epoch, and its bytes.
  static func trained() async throws -> (checkpoint: Checkpoint, bytes: [UInt8]) {
    let model = try Model(input: [1, 28, 28]) {
      Conv2d(2, kernel: 5, stride: 4)
      BatchNorm2d()
      Flatten()
      Linear(10)
    }
    let learner = try Learner(model, training: data(), threads: 1)
    try await learner.fit(epochs: 1, schedule: .constant(learningRate: 0.01))
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("fovea-\(UUID()).safetensors")
    defer { try? FileManager.default.removeItem(at: file) }
    try learner.checkpoint.write(to: file)
    return (learner.checkpoint, Array(try Data(contentsOf: file)))
  }

  static func read(_ bytes: [UInt8]) throws -> Checkpoint {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("fovea-\(UUID()).safetensors")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(bytes).write(to: file)
    return try Checkpoint(contentsOf: file)
  }

  @Test func `what is written is read`() async throws {
    let (checkpoint, bytes) = try await Self.trained()
    let back = try Self.read(bytes)
    #expect(back.model == checkpoint.model)
    #expect(back.settings == checkpoint.settings)
    #expect(back.input == checkpoint.input)
    #expect(back.weights == checkpoint.weights)
    #expect(back.progress == checkpoint.progress)
  }

  @Test func `a loss that is no number is kept`() async throws {
    let (checkpoint, _) = try await Self.trained()
    let learner = try Learner(
      resuming: checkpoint, training: Self.data(), threads: 1)
    try await learner.fit(epochs: 2, schedule: .constant(learningRate: 1e30))
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("fovea-\(UUID()).safetensors")
    defer { try? FileManager.default.removeItem(at: file) }
    try learner.checkpoint.write(to: file)
    let back = try Checkpoint(contentsOf: file)
    #expect(back.weights == learner.checkpoint.weights)
    #expect(back.progress?.finishedEpochs.last?.trainingLoss.isNaN == true)
  }

  @Test func `what is no checkpoint is refused`() async throws {
    let (checkpoint, _) = try await Self.trained()
    let bare = Safetensors(weights: checkpoint.weights)
    #expect(throws: TrainingError.self) { try Self.read(Array(bare.encoded())) }
    #expect(throws: SafetensorsError.self) { try Self.read([1, 2, 3]) }
    var weights = checkpoint.weights
    weights["0.weight"] = nil
    let lacking = Checkpoint(
      model: checkpoint.model, settings: checkpoint.settings, input: checkpoint.input,
      weights: weights, progress: checkpoint.progress)
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("fovea-\(UUID()).safetensors")
    defer { try? FileManager.default.removeItem(at: file) }
    try lacking.write(to: file)
    #expect(throws: TrainingError.self) { try Checkpoint(contentsOf: file) }
  }

  @Test func `a damaged file is refused or can be used, and never traps`() async throws {
    let (_, bytes) = try await Self.trained()
    let training = try Self.data()
    let headerEnd = 8 + Int(bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    var usable = 0
    for round in 0..<Fuzz.rounds {
      // The tensors have no structure that could be damaged: the JSON before them is what is changed.
      let header = Fuzz.file(from: [Array(bytes[8..<headerEnd])], round: round, named: "checkpoint")
      // With the right length the damage gets past the first check.
      let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
      guard let checkpoint = try? Self.read(length + header + bytes[headerEnd...]) else { continue }
      usable += 1
      _ = checkpoint.progress?.totalSteps
      if let learner = try? Learner(resuming: checkpoint, training: training, threads: 1) {
        _ = learner.weights
      }
    }
    #expect(usable > 0)
    #expect(usable < Fuzz.rounds)
  }
}
