import FoveaData
import FoveaFormats
import FoveaLayers
import FoveaRuntime
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

  /// The same, with its convolution on 8-bit numbers.
  static func quantized() async throws -> (checkpoint: Checkpoint, bytes: [UInt8]) {
    let (float, _) = try await trained()
    let layer = Quantization.Layer(
      path: "0", verdict: .kept, input: .init(scale: 0.01, zeroPoint: 40), error: 0.001)
    let checkpoint = Checkpoint(
      model: float.model, settings: float.settings, input: float.input, weights: float.weights,
      progress: float.progress, quantization: Quantization(layers: [layer]))
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("fovea-\(UUID()).safetensors")
    defer { try? FileManager.default.removeItem(at: file) }
    try checkpoint.write(to: file)
    return (checkpoint, Array(try Data(contentsOf: file)))
  }

  @Test func `a quantisation is written and read, and refused where it does not belong`()
    async throws
  {
    let (checkpoint, bytes) = try await Self.quantized()
    #expect(checkpoint.quantization != nil)
    #expect(try Self.read(bytes).quantization == checkpoint.quantization)
    // As JSON within JSON; each of the same length, so that the file stays whole.
    for (old, new) in [
      (#"zeroPoint\":40"#, #"zeroPoint\":-4"#), (#"scale\":0.01"#, #"scale\":-0.1"#),
      (#"path\":\"0\",\"verdict"#, #"path\":\"9\",\"verdict"#),
      (#"input\":{\"scale"#, #"inpux\":{\"scale"#),
    ] {
      var damaged = bytes
      damaged.replaceSubrange(try #require(bytes.firstRange(of: Array(old.utf8))), with: new.utf8)
      #expect(throws: TrainingError.self, "\(new)") { try Self.read(damaged) }
    }
  }

  @Test func `a loss that is no number is kept`() async throws {
    let (checkpoint, _) = try await Self.trained()
    // One step an epoch, so that its weights are evaluated before another step could fail.
    let images = DataLoader(try MNIST.mini(.training).prefix(32), batchSize: 32)
    let learner = try Learner(
      checkpoint.model, training: images, validation: images, threads: 1)
    try await learner.fit(epochs: 1, schedule: .constant(learningRate: 1e38))
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("fovea-\(UUID()).safetensors")
    defer { try? FileManager.default.removeItem(at: file) }
    try learner.checkpoint.write(to: file)
    let back = try Checkpoint(contentsOf: file)
    #expect(back.weights == learner.checkpoint.weights)
    let loss = try #require(back.progress?.finishedEpochs.last?.validationLoss)
    #expect(!loss.isFinite)
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

  @Test(arguments: [false, true])
  func `a damaged file is refused or can be used, and never traps`(isQuantized: Bool) async throws {
    let (_, bytes) = try await isQuantized ? Self.quantized() : Self.trained()
    let training = try Self.data()
    let pool = try ThreadPool(threads: 1)
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
        _ = try? Program(
          checkpoint.model.inference, variables: VariableStore(checkpoint.weights), pool: pool,
          options: PlanOptions(quantization: checkpoint.quantization))
      }
    }
    #expect(usable > 0)
    #expect(usable < Fuzz.rounds)
  }
}
