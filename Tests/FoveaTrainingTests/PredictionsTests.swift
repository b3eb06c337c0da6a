import FoveaData
import FoveaTensors
import FoveaTraining
import Foundation
import Testing

/// What `Tools/golden/classification.py` recorded.
private struct Recorded: Decodable {
  let labels: [Int]
  let logits: [Float]
  let losses: [Double]
  let confusion: [[Int]]
  let support: [Int]
  let scores: [[Double]]
  let macro: [Double]
  let weighted: [Double]

  static func read() throws -> Recorded {
    let url = try #require(
      Bundle.module.url(
        forResource: "classification", withExtension: "json", subdirectory: "Golden"))
    return try JSONDecoder().decode(Recorded.self, from: Data(contentsOf: url))
  }

  var predictions: Predictions {
    get throws {
      try Predictions(
        logits: logits, classNames: support.indices.map { "class \($0)" }, labels: labels)
    }
  }
}

private func expectClose(_ actual: [Double], _ expected: [Double], _ bound: Double = 1e-12) {
  #expect(actual.count == expected.count)
  for (actual, expected) in zip(actual, expected) { #expect(abs(actual - expected) <= bound) }
}

@Suite struct PredictionsTests {
  @Test func `confusion, precision, recall, F1 and support are scikit-learn's`() throws {
    let recorded = try Recorded.read()
    let confusion = try recorded.predictions.confusion
    #expect(confusion.counts == recorded.confusion)
    #expect(confusion.scores.map(\.support) == recorded.support)
    expectClose(confusion.scores.map(\.precision), recorded.scores[0])
    expectClose(confusion.scores.map(\.recall), recorded.scores[1])
    expectClose(confusion.scores.map(\.f1), recorded.scores[2])
    let (macro, weighted) = (confusion.macroAverage, confusion.weightedAverage)
    expectClose([macro.precision, macro.recall, macro.f1], recorded.macro)
    expectClose([weighted.precision, weighted.recall, weighted.f1], recorded.weighted)
    #expect(macro.support == recorded.labels.count)
  }

  @Test func `each image's loss is PyTorch's, and the largest come first`() throws {
    let recorded = try Recorded.read()
    let predictions = try recorded.predictions
    // Logits are read as float32.
    expectClose(predictions.losses, recorded.losses, 1e-6)
    let top = predictions.topLosses(5)
    let expected = recorded.losses.indices.sorted { recorded.losses[$0] > recorded.losses[$1] }
    #expect(top.map(\.index) == Array(expected.prefix(5)))
    for image in top {
      #expect(image.label == "class \(recorded.labels[image.index])")
      #expect(image.probability >= image.labelProbability)
      #expect(abs(exp(-image.loss) - image.labelProbability) < 1e-6)
    }
    #expect(predictions.topLosses(1000).count == predictions.count)
    #expect(predictions.topLosses(-1).isEmpty)
  }

  @Test func `the most frequent mistakes come first, with their share of the class`() throws {
    let logits: [Float] = [0, 1, 0, 1, 1, 0, 1, 0, 0, 1]
    let predictions = try Predictions(
      logits: logits, classNames: ["cat", "dog"], labels: [0, 0, 0, 1, 1])
    #expect(predictions.classes == [1, 1, 0, 0, 1])
    let confused = predictions.confusion.mostConfused(9)
    #expect(confused.map(\.label) == ["cat", "dog"])
    #expect(confused.map(\.images) == [2, 1])
    #expect(abs(confused[0].share - 2.0 / 3) < 1e-12)
    #expect(predictions.confusion.mostConfused(1).count == 1)
  }

  /// Logits of two classes whose first has the probability.
  private static func logits(_ probability: Double) -> [Float] {
    [Float(log(probability / (1 - probability))), 0]
  }

  @Test func `the calibration error is what the formula gives by hand`() throws {
    // Three of probability 0.9 of which two are right, one of 0.62 that is right: in bins of a fifth
    // 3/4 · |2/3 − 0.9| + 1/4 · |1 − 0.62| = 0.27, at most 0.38.
    let predictions = try Predictions(
      logits: [0.85, 0.9, 0.95, 0.62].flatMap(Self.logits), classNames: ["a", "b"],
      labels: [0, 0, 1, 0])
    let fifths = predictions.calibration(bins: 5)
    #expect(fifths.bins.map(\.images) == [0, 0, 0, 1, 3])
    #expect(abs(fifths.expectedError - 0.27) < 1e-6)
    #expect(abs(fifths.largestError - 0.38) < 1e-6)
    #expect(abs(fifths.bins[4].confidence - 0.9) < 1e-6)
    #expect(abs(fifths.bins[4].accuracy - 2.0 / 3) < 1e-12)
    // In 15 bins each is by itself.
    let fifteen = predictions.calibration()
    #expect(fifteen.bins.count == 15)
    #expect(abs(fifteen.expectedError - (0.15 + 0.1 + 0.95 + 0.38) / 4) < 1e-6)
    #expect(abs(fifteen.largestError - 0.95) < 1e-6)
  }

  @Test func `a probability on a bound belongs to the bin that it ends`() throws {
    let predictions = try Predictions(
      logits: [0, 0, 800, 0], classNames: ["a", "b"], labels: [0, 0])
    let bins = predictions.calibration(bins: 4).bins
    #expect(bins.map(\.images) == [0, 1, 0, 1])
  }

  @Test func `wrong counts, unknown classes and numbers that are none are refused`() throws {
    let names = ["a", "b"]
    #expect(throws: TrainingError.answers(logits: 3, images: 2, classes: 2)) {
      try Predictions(logits: [1, 2, 3], classNames: names, labels: [0, 1])
    }
    #expect(throws: TrainingError.answers(logits: 2, images: 1, classes: 2)) {
      try Predictions(logits: [1, 2], classNames: names, labels: [2])
    }
    #expect(throws: TrainingError.answer(image: 7)) {
      try Predictions(logits: [1, .nan], classNames: names, labels: [0], indices: [7])
    }
    #expect(throws: TrainingError.answer(image: 0)) {
      try Predictions(logits: [1, .infinity], classNames: names, labels: [0])
    }
  }

  @Test func `a learner's predictions agree with its evaluation and change nothing`() async throws {
    let learner = try LearnerTests.learner(images: 200)
    try await learner.fitOneCycle(epochs: 2, maxLearningRate: 0.05)
    let before = learner.weights
    let data = DataLoader(try MNIST.mini(.test).prefix(150), batchSize: 64)
    let evaluation = try await learner.evaluate(data)
    let predictions = try await learner.predictions(on: data)
    #expect(learner.weights == before)
    #expect(predictions.count == 150)
    #expect(predictions.indices == Array(0..<150))
    let counts = predictions.confusion.counts
    let right = counts.indices.reduce(0) { $0 + counts[$1][$1] }
    #expect(Double(right) / 150 == evaluation.metrics["accuracy"])
    let mean = predictions.losses.reduce(0, +) / 150
    #expect(abs(mean - evaluation.loss) < 1e-5)
    for row in 0..<150 {
      let sum = (0..<10).reduce(Float(0)) { $0 + predictions.probability(of: $1, row: row) }
      #expect(abs(sum - 1) < 1e-5)
    }
    let mixed = DataLoader(
      try MNIST.mini(.test).prefix(150), batchSize: 64, mixing: .mixup(alpha: 0.2))
    await #expect(throws: TrainingError.self) { try await learner.predictions(on: mixed) }
    await #expect(throws: TrainingError.self) {
      try await learner.predictions(on: data, averaged: true)
    }
  }
}
