import FoveaData
import FoveaLayers
import FoveaTensors
import FoveaTraining
import Foundation
import Testing

/// Gradients that are clipped by their common norm, and what records say of it.
@Suite final class ClippingTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("fovea-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private static let learningRate: Float = 0.125

  /// Trains an epoch by plain gradients, and says how far each update moved the weights.
  private func course(
    clipping: GradientClipping?, accumulatedBatches: Int = 1
  ) async throws -> (records: [StepRecord], moves: [Float]) {
    let learner = try Learner(
      AccumulationTests.model(),
      training: DataLoader(MNIST.mini(.training).prefix(160), batchSize: 40),
      settings: LearnerSettings(
        optimizer: .sgd(momentum: 0), updates: UpdateOptions(clipping: clipping),
        accumulatedBatches: accumulatedBatches), threads: 1)
    let moves = Moves(of: learner)
    let logs: [any TrainingLogger] = [
      try CSVLogger(
        steps: folder.appendingPathComponent("steps.csv"),
        epochs: folder.appendingPathComponent("metrics.csv")),
      try JSONLinesLogger(folder.appendingPathComponent("log.jsonl")),
      try TensorBoardLogger(folder: folder, stepsPerEpoch: 4),
    ]
    let report = try await learner.fit(
      epochs: 1, schedule: .constant(learningRate: Double(Self.learningRate)),
      observers: [Recorder(), moves] + logs)
    return (try #require(report[Recorder.self]).steps, moves.lengths)
  }

  @Test func `records have the norm that is clipped`() async throws {
    let free = try await course(clipping: .norm(maximum: 1e6))
    let norms = free.records.compactMap(\.gradientNorm)
    #expect(norms.count == 4 && free.moves.count == 4)
    // Without momentum and decay an update is the gradient times the rate.
    for (norm, move) in zip(norms, free.moves) {
      #expect(abs(move / Self.learningRate - norm) < 1e-4 * norm)
    }
    let maximum = try #require(norms.min()) * 0.5
    let clipped = try await course(clipping: .norm(maximum: Double(maximum)))
    #expect(clipped.records[0].gradientNorm == norms[0] && clipped.moves.count == 4)
    for (record, move) in zip(clipped.records, clipped.moves) {
      let norm = try #require(record.gradientNorm)
      #expect(abs(move / Self.learningRate - min(norm, maximum)) < 1e-3 * maximum)
    }
    #expect(free.records.clippedShare(maximum: 1e6) == 0)
    let largest = try #require(norms.max())
    #expect(free.records.clippedShare(maximum: Double(largest.nextDown)) == 0.25)
  }

  @Test func `the norm is in the logs, and read back`() async throws {
    let course = try await course(clipping: .norm(maximum: 1))
    let norms = course.records.map(\.gradientNorm)
    let rows = try String(
      contentsOf: folder.appendingPathComponent("steps.csv"), encoding: .utf8
    ).split(separator: "\n").dropFirst()
    #expect(rows.map { StepRecord(csvRow: $0)?.gradientNorm } == norms)
    let lines = try String(
      contentsOf: folder.appendingPathComponent("log.jsonl"), encoding: .utf8
    ).split(separator: "\n").compactMap { line in
      try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    }.filter { $0["kind"] as? String == "step" }
    #expect(lines.map { ($0["gradientNorm"] as? Double).map(Float.init) } == norms)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    let events = try #require(names.first { $0.hasPrefix("events.out.tfevents") })
    let data = try Data(contentsOf: folder.appendingPathComponent(events))
    #expect(data.range(of: Data("step/gradient norm".utf8)) != nil)
  }

  @Test func `steps without an update, and updates that are not clipped by a norm, have none`()
    async throws
  {
    let parts = try await course(clipping: .norm(maximum: 1), accumulatedBatches: 2)
    #expect(parts.records.map { $0.gradientNorm != nil } == [false, true, false, true])
    for clipping in [nil, GradientClipping.value(maximum: 0.1)] {
      let records = try await course(clipping: clipping).records
      #expect(records.allSatisfy { $0.gradientNorm == nil })
      #expect(records.clippedShare(maximum: 1) == nil)
      #expect(records.allSatisfy { StepRecord(csvRow: $0.csvRow) == $0 })
    }
  }
}

/// How far each step moves the parameters.
private final class Moves: TrainingObserver {
  private let learner: Learner
  private var before: Weights
  private(set) var lengths: [Float] = []

  init(of learner: Learner) {
    self.learner = learner
    before = learner.weights
  }

  func receive(_ event: TrainingEvent) -> TrainingAction {
    guard case .stepEnded = event else { return .proceed }
    let after = learner.weights
    let squares = before.tensors.map { name, old in
      zip(old.floats, after[name]?.floats ?? []).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    lengths.append(squares.reduce(0, +).squareRoot())
    before = after
    return .proceed
  }
}
