import FoveaData
import FoveaTensors
import FoveaTraining
import Foundation
import Testing

/// Looks at layers that are kept in files.
@Suite struct LayerLoggerTests {
  private static func folder() -> URL {
    FileManager.default.temporaryDirectory.appendingPathComponent("fovea-\(UUID())")
  }

  private static func learner(batches: Int) throws -> Learner {
    let (training, validation) = try LearnerTests.loaders(images: 400, batchSize: 64)
    return try Learner(
      LearnerTests.model(), training: training, validation: validation,
      settings: LearnerSettings(seed: 5, accumulatedBatches: batches), threads: 1)
  }

  private static let schedule = Schedule.constant(learningRate: 0.02)

  @Test(arguments: [1, 2])
  func `a resumed training has the looks of one that was not stopped`(batches: Int) async throws {
    let (first, second) = (Self.folder(), Self.folder())
    defer { for file in [first, second] { try? FileManager.default.removeItem(at: file) } }
    let whole = try LayerLogger(first)
    try await Self.learner(batches: batches).fit(
      epochs: 2, schedule: Self.schedule, observers: [ActivationStats(interval: 2), whole])
    #expect(whole.failure == nil)
    // Two epochs of seven steps.
    #expect(whole.steps.map(\.step) == [0, 2, 4, 6, 8, 10, 12])
    #expect(whole.steps.allSatisfy { $0.layers.allSatisfy { $0.updateRatio != nil } })

    var logger = try LayerLogger(second)
    let stopped = try Self.learner(batches: batches)
    try await stopped.fit(
      epochs: 2, schedule: Self.schedule,
      observers: [ActivationStats(interval: 2), logger, StopAfter(8)])
    let checkpoint = stopped.checkpoint
    // Goes on, as if its last checkpoint were lost.
    try await stopped.resume(observers: [ActivationStats(interval: 2), logger])
    logger = try LayerLogger(second, after: checkpoint.progress)
    #expect(logger.steps.map(\.step) == [0, 2, 4, 6])
    let (training, validation) = try LearnerTests.loaders(images: 400, batchSize: 64)
    try await Learner(resuming: checkpoint, training: training, validation: validation, threads: 1)
      .resume(observers: [ActivationStats(interval: 2), logger])
    #expect(logger.steps.map(\.step) == whole.steps.map(\.step))
    for (own, other) in zip(logger.steps, whole.steps) {
      #expect(own.layers.map(\.histogram) == other.layers.map(\.histogram))
      #expect(own.layers.map(\.updateRatio) == other.layers.map(\.updateRatio))
    }
    // What the file has is what is told.
    let read = try LayerLogger(second, after: stopped.progress)
    #expect(read.steps == logger.steps)
  }

  @Test func `steps count from 1, and a line has what is documented`() async throws {
    let file = Self.folder()
    defer { try? FileManager.default.removeItem(at: file) }
    let logger = try LayerLogger(file)
    try await Self.learner(batches: 1).fit(
      epochs: 1, schedule: Self.schedule, observers: [ActivationStats(interval: 4), logger])
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 2)
    let object = try JSONSerialization.jsonObject(with: Data(try #require(lines.last).utf8))
    let look = try #require(object as? [String: Any])
    #expect(look["epoch"] as? Int == 1 && look["step"] as? Int == 5)
    #expect(look["images"] as? Int == 64 && look["recentLooks"] as? Int == 1)
    let layers = try #require(look["layers"] as? [[String: Any]])
    #expect(layers.map { $0["path"] as? String } == ["0", "4", "8"])
    for name in [
      "mean", "standardDeviation", "nearZeroShare", "fastaiNearZeroShare", "gradientNorm",
      "parameterNorm", "updateRatio", "histogram", "deadChannelsInBatch",
      "deadChannelsInRecentLooks",
    ] { #expect(layers[0][name] != nil, "\(name)") }
  }

  @Test func `damaged lines are left out, and what is no file is refused`() async throws {
    let file = Self.folder()
    defer { try? FileManager.default.removeItem(at: file) }
    let learner = try Self.learner(batches: 1)
    let logger = try LayerLogger(file)
    try await learner.fit(
      epochs: 1, schedule: Self.schedule, observers: [ActivationStats(interval: 1), logger])
    let good = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
    #expect(good.count == 7)
    func read(_ lines: [String]) throws -> [Int] {
      try Data(lines.joined(separator: "\n").utf8).write(to: file)
      return try LayerLogger(file, after: learner.progress).steps.map(\.step)
    }
    #expect(try read(good) == Array(0..<7))
    func changed(_ line: String, _ old: String, _ new: String) throws -> String {
      try #require(line.contains(old))
      return line.replacingOccurrences(of: old, with: new)
    }
    let damaged = [
      String(good[1].dropLast(20)), "[]", "", String(repeating: "[", count: 100_000),
      try changed(good[1], "\"step\":2", "\"step\":-9223372036854775808"),
      try changed(good[1], "\"epoch\":1", "\"epoch\":0"),
      try changed(good[1], "\"step\":2", "\"step\":1e300"),
      try changed(good[1], "\"histogram\":[", "\"histogram\":[7,"),
      try changed(good[1], "\"histogram\":[0", "\"histogram\":[-1"),
      try changed(good[1], "\"path\":\"4\"", "\"path\":\"0\""),
      try changed(good[1], "\"path\":\"4\"", "\"path\":\"\\u0000\""),
      try changed(good[1], "\"layers\":[", "\"layers\":[],\"old\":["), good[0], "nan",
    ]
    for line in damaged {
      #expect(try read([good[0], line] + good[2...]) == [0, 2, 3, 4, 5, 6], "\(line.prefix(40))")
    }
    // Bytes that are no text cost their own line alone.
    var bytes = Data(good[0].utf8 + [10, 0xff, 0xfe, 10])
    bytes += Data(good[1].utf8)
    try bytes.write(to: file)
    #expect(try LayerLogger(file, after: learner.progress).steps.map(\.step) == [0, 1])

    try FileManager.default.removeItem(at: file)
    try FileManager.default.createDirectory(at: file, withIntermediateDirectories: false)
    #expect {
      try LayerLogger(file, after: learner.progress)
    } throws: { "\($0)".contains(file.path) && "\($0)".contains("no plain file") }
  }

  @Test func `TensorBoard gets the histograms of each look`() async throws {
    let folder = Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let board = try TensorBoardLogger(folder: folder, stepsPerEpoch: 7)
    let learner = try Self.learner(batches: 1)
    let stats = try ActivationStats(layers: ["0", "8"], interval: 3)
    try await learner.fit(
      epochs: 1, schedule: Self.schedule,
      observers: [
        board, stats, LayerHistograms(in: board, layers: stats.layers, interval: stats.interval),
      ])
    #expect(board.failure == nil)
    let name = try #require(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).first)
    let data = try Data(contentsOf: folder.appendingPathComponent(name))
    for tag in ["activations/0", "activations/8", "gradients/0.weight", "gradients/8.bias"] {
      var (count, rest) = (0, data[...])
      while let place = rest.range(of: Data(tag.utf8)) {
        count += 1
        rest = rest[place.upperBound...]
      }
      #expect(count == 3, "\(tag)")
    }
    #expect(data.range(of: Data("gradients/4.weight".utf8)) == nil)
    #expect(learner.weights == (try await plainWeights()))
  }

  private func plainWeights() async throws -> Weights {
    let learner = try Self.learner(batches: 1)
    try await learner.fit(epochs: 1, schedule: Self.schedule)
    return learner.weights
  }
}
