import FoveaData
import FoveaLayers
import FoveaTensors
import FoveaTraining
import Foundation
import Testing

/// Trainings whose targets are no classes: numbers, maps of classes, the images themselves.
@Suite struct TargetTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let model: @Sendable () throws -> Model
    let data: @Sendable () throws -> any LabelledImages
    let loss: Loss
    let metrics: [Metric]
    /// What the first metric is at least, or at most for errors.
    let goal: Double
  }

  /// Squares of random place and size on noise, `[N, 1, 12, 12]`, with their area and a map of them.
  private static func squares() -> (images: Tensor, areas: Tensor, maps: Tensor) {
    let (count, side) = (160, 12)
    let stream = RandomStream(seed: 4, named: "squares")
    var (images, areas, maps) = ([Float](), [Float](), [Int32]())
    for image in 0..<count {
      let place = UInt64(image * 1000)
      let size = 3 + stream.integer(at: place, below: 5)
      let row = stream.integer(at: place + 1, below: side - size)
      let column = stream.integer(at: place + 2, below: side - size)
      areas.append(Float(size * size) / 49)
      for y in 0..<side {
        for x in 0..<side {
          let isInside = row..<(row + size) ~= y && column..<(column + size) ~= x
          let noise = stream.uniform(at: place + UInt64(10 + y * side + x)) * 0.2
          images.append((isInside ? 1 : 0) + noise)
          maps.append(isInside ? 1 : 0)
        }
      }
    }
    return (
      Tensor([count, 1, side, side], images), Tensor([count, 1], areas),
      Tensor([count, side, side], maps)
    )
  }

  static let cases = [
    Case(
      testDescription: "regression",
      model: {
        try Model(input: [1, 12, 12]) {
          FoveaLayers.Conv2d(8, kernel: 3, padding: 1)
          FoveaLayers.ReLU()
          GlobalAvgPool2d()
          FoveaLayers.Flatten()
          FoveaLayers.Linear(1)
        }
      },
      data: {
        let squares = TargetTests.squares()
        return try TensorDataset(name: "areas", images: squares.images, targets: squares.areas)
      }, loss: .meanSquaredError, metrics: [.meanAbsoluteError, .rootMeanSquaredError], goal: 0.08),
    Case(
      testDescription: "segmentation",
      model: {
        try Model(input: [1, 12, 12]) {
          FoveaLayers.Conv2d(8, kernel: 3, padding: 1)
          FoveaLayers.BatchNorm2d()
          FoveaLayers.ReLU()
          FoveaLayers.Conv2d(2, kernel: 1)
        }
      },
      data: {
        let squares = TargetTests.squares()
        return try TensorDataset(name: "maps", images: squares.images, targets: squares.maps)
      }, loss: .dice(), metrics: [.accuracy, .meanIoU], goal: 0.98),
    Case(
      testDescription: "autoencoder",
      model: {
        try Model(input: [1, 12, 12]) {
          FoveaLayers.Conv2d(8, kernel: 3, stride: 2, padding: 1)
          FoveaLayers.ReLU()
          FoveaLayers.ConvTranspose2d(1, kernel: 2, stride: 2)
        }
      },
      data: {
        let squares = TargetTests.squares()
        return ReconstructedImages(
          try TensorDataset(name: "areas", images: squares.images, targets: squares.areas))
      }, loss: .meanSquaredError, metrics: [.rootMeanSquaredError], goal: 0.15),
  ]

  private func learner(_ test: Case, threads: Int = 2) throws -> Learner {
    let data = try test.data()
    return try Learner(
      test.model(), training: DataLoader(data, batchSize: 32, shuffleSeed: 1),
      validation: DataLoader(data, batchSize: 50),
      settings: LearnerSettings(
        loss: test.loss, optimizer: .adamW(), metrics: test.metrics, seed: 2,
        averaging: .exponential(decay: 0.9)), threads: threads)
  }

  @Test(arguments: cases)
  func `is learned, and goes on as if never stopped`(test: Case) async throws {
    let learner = try learner(test)
    let report = try await learner.fitOneCycle(epochs: 12, maxLearningRate: 0.05)
    let metrics = try #require(report.epochs.last?.metrics)
    let found = try #require(metrics[test.metrics[0].name])
    let isGood = test.metrics[0].higherIsBetter ? found >= test.goal : found <= test.goal
    #expect(isGood, "\(metrics)")

    let interrupted = try self.learner(test, threads: 1)
    try await interrupted.fit(
      epochs: 12, schedule: .fastaiOneCycle(maxLearningRate: 0.05), observers: [StopAfter(23)])
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("fovea-\(UUID()).safetensors")
    defer { try? FileManager.default.removeItem(at: file) }
    try interrupted.checkpoint.write(to: file)
    let data = try test.data()
    let resumed = try Learner(
      resuming: Checkpoint(contentsOf: file),
      training: DataLoader(data, batchSize: 32, shuffleSeed: 1, workers: 0),
      validation: DataLoader(data, batchSize: 50), threads: 2)
    let rest = try await resumed.resume()
    #expect(resumed.weights == learner.weights)
    #expect(rest.epochs.map(\.metrics) == report.epochs.map(\.metrics))
    #expect(rest.epochs.map(\.validationLoss) == report.epochs.map(\.validationLoss))
  }

  @Test func `metrics of numbers and maps are what they are by hand`() async throws {
    // A model that answers with its input.
    let identity = try Model(input: [2, 1, 2]) { Identity() }
    let images = Tensor([2, 2, 1, 2], [1, 2, 3, 0, 5, 1, 4, 9] as [Float])
    func evaluation(_ targets: Tensor, _ loss: Loss, _ metrics: [Metric]) async throws -> Evaluation
    {
      let data = DataLoader(
        try TensorDataset(name: "by hand", images: images, targets: targets), batchSize: 1)
      return try await Learner(
        identity, training: data, settings: LearnerSettings(loss: loss, metrics: metrics),
        threads: 1
      ).evaluate(data)
    }
    let wanted = Tensor([2, 2, 1, 2], [1, 0, 3, 0, 5, 1, 4, 5] as [Float])
    let numbers = try await evaluation(
      wanted, .meanSquaredError, [.meanAbsoluteError, .rootMeanSquaredError])
    #expect(numbers.metrics["mean absolute error"] == 6.0 / 8)
    #expect(numbers.metrics["root mean squared error"] == (20.0 / 8).squareRoot())
    #expect(numbers.loss == 20.0 / 8)
    // Answers 1, 0 and 0, 1; the last pixel counts for nothing.
    let maps = Tensor([2, 1, 2], [1, 1, 0, -100] as [Int32])
    let classes = try await evaluation(maps, .crossEntropy, [.accuracy, .meanIoU])
    #expect(abs((classes.metrics["accuracy"] ?? 0) - 2.0 / 3) < 1e-12)
    // Class 0: 1 of 2. Class 1: 1 of 2.
    #expect(classes.metrics["mean IoU"] == 0.5)
  }

  @Test func `the best epoch of an error is the least`() async throws {
    let learner = try learner(Self.cases[0])
    let report = try await learner.fitOneCycle(epochs: 4, maxLearningRate: 0.05)
    let measure = Plateau.Measure.metric(Metric.meanAbsoluteError.name)
    let least = report.epochs.min {
      ($0.metrics["mean absolute error"] ?? 0) < ($1.metrics["mean absolute error"] ?? 0)
    }
    #expect(measure.best(of: report.epochs)?.epoch == least?.epoch)
  }

  @Test func `what does not fit is refused in words`() async throws {
    let data = try Self.cases[0].data()
    let loader = DataLoader(data, batchSize: 8)
    let model = try Self.cases[0].model()
    func words(_ body: () async throws -> Void) async -> String {
      do {
        try await body()
        return ""
      } catch { return "\(error)" }
    }
    let accuracy = await words {
      _ = try Learner(
        model, training: loader, settings: LearnerSettings(loss: .meanSquaredError))
    }
    #expect(accuracy.contains("the targets are numbers; measure meanAbsoluteError"))
    let mixed = await words {
      _ = try Learner(
        model, training: DataLoader(data, batchSize: 8, mixing: .mixup()),
        settings: LearnerSettings(loss: .meanSquaredError, metrics: []))
    }
    #expect(mixed.contains("mixing"))
    let shape = await words {
      let learner = try Learner(
        Self.cases[2].model(), training: loader,
        settings: LearnerSettings(loss: .meanSquaredError, metrics: []))
      try await learner.fit(epochs: 1, schedule: .constant(learningRate: 0.1))
    }
    #expect(shape.contains("[8, 1]"), "\(shape)")
    let predictions = await words {
      let learner = try Learner(
        model, training: loader, settings: LearnerSettings(loss: .meanSquaredError, metrics: []))
      _ = try await learner.predictions(on: loader)
    }
    #expect(predictions.contains("are no classes"))
    #expect(throws: DatasetError.self) {
      try TensorDataset(
        name: "short", images: Tensor(zeros: [4, 1, 2, 2]), targets: Tensor(zeros: [3]))
    }
    #expect(throws: DatasetError.self) {
      try TensorDataset(
        name: "bytes", images: Tensor(zeros: [4, 1, 2, 2], of: .uint8), targets: Tensor(zeros: [4]))
    }
  }
}
