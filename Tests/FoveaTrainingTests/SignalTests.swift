import FoveaData
import FoveaLayers
import FoveaTensors
import FoveaTraining
import FoveaZoo
import Testing

/// Signals before the first step, and weights that keep them alive.
@Suite struct SignalTests {
  /// Five convolutions without normalisation, their weights with some deviation.
  static func plain(_ initializer: Initializer) throws -> Model {
    try Model(input: [1, 28, 28]) {
      for _ in 0..<5 {
        FoveaLayers.Conv2d(8, kernel: 3, padding: 1, weightInitializer: initializer)
        FoveaLayers.ReLU()
      }
      GlobalAvgPool2d()
      FoveaLayers.Flatten()
      FoveaLayers.Linear(10, weightInitializer: .kaimingNormal())
    }
  }

  static func learner(_ model: Model, weights: Weights? = nil) throws -> Learner {
    let (training, _) = try LearnerTests.loaders(images: 128, batchSize: 64)
    return try Learner(
      model, training: training, settings: LearnerSettings(seed: 5), weights: weights, threads: 2)
  }

  static func images() throws -> Tensor {
    let (training, _) = try LearnerTests.loaders(images: 128, batchSize: 64)
    return try training.batch(0, epoch: 0, order: training.order(epoch: 0)).images
  }

  @Test func `a network whose weights are scaled to its layers raises nothing`() async throws {
    for model in [
      try Self.plain(.kaimingNormal()), try LearnerTests.model(),
      try ZooModel.named("simple-cnn").build(input: [1, 28, 28], classes: 10),
    ] {
      let learner = try Self.learner(model)
      let before = learner.weights
      let report = try await learner.signals()
      #expect(report.findings.isEmpty, "\(report.findings)")
      #expect(learner.weights == before && learner.progress == nil)
      #expect(report.inputSpread > 0.5 && report.inputSpread < 1.1)
      #expect(report.layers.allSatisfy { $0.gradientNorm.map { $0 > 0 } ?? false })
    }
  }

  @Test func `the first layer where signals die or explode is named`() async throws {
    let small = try await Self.learner(Self.plain(.normal(deviation: 0.01))).signals()
    let dying = try #require(small.findings.first)
    #expect(dying.kind == .signalDies && dying.description.contains("lsuv"))
    // 0.01 · √(fan / 2) a layer: under a thousandth from the third on.
    let named = try #require(small.layers.firstIndex { $0.path == dying.layer })
    let spreads = small.layers.map { $0.spread ?? 0 }
    #expect(spreads[named] < 1e-3 * small.inputSpread && named > 0)
    #expect(spreads[named - 1] >= 1e-3 * small.inputSpread)

    let large = try await Self.learner(Self.plain(.normal(deviation: 10))).signals()
    #expect(large.findings.first?.kind == .signalExplodes)
    let endless = try await Self.learner(Self.plain(.normal(deviation: 1e30))).signals()
    let first = try #require(endless.findings.first)
    #expect(first.kind == .signalExplodes && first.evidence.contains("no number"))
  }

  @Test func `a gradient that dies on its way back is named`() async throws {
    // Normalisation keeps the signal; a gradient through it is as small as the outputs were large.
    let shrinking = try Model(input: [1, 28, 28]) {
      for _ in 0..<2 {
        FoveaLayers.Conv2d(8, kernel: 3, padding: 1, weightInitializer: .normal(deviation: 1e5))
        FoveaLayers.BatchNorm2d()
        FoveaLayers.ReLU()
      }
      GlobalAvgPool2d()
      FoveaLayers.Flatten()
      FoveaLayers.Linear(10, weightInitializer: .kaimingNormal())
    }
    let dying = try await Self.learner(shrinking).signals().findings
    #expect(dying.map(\.kind) == [.gradientDies] && dying.map(\.layer) == ["3"], "\(dying)")
    // Saturation keeps the signal; few units have a gradient, times huge weights.
    let growing = try Model(input: [1, 28, 28]) {
      for _ in 0..<12 {
        FoveaLayers.Conv2d(8, kernel: 3, padding: 1, weightInitializer: .normal(deviation: 10))
        FoveaLayers.Tanh()
      }
      GlobalAvgPool2d()
      FoveaLayers.Flatten()
      FoveaLayers.Linear(10, weightInitializer: .kaimingNormal())
    }
    let exploding = try await Self.learner(growing).signals().findings
    #expect(exploding.map(\.kind) == [.gradientExplodes], "\(exploding)")
  }

  @Test(arguments: [Float(0.01), 3])
  func `LSUV gives every layer's outputs a deviation of 1`(deviation: Float) async throws {
    let model = try Self.plain(.normal(deviation: deviation))
    let images = try Self.images()
    for isOrthogonal in [true, false] {
      let rule = UnitVarianceInitialization(isOrthogonal: isOrthogonal)
      let result = try rule.weights(for: model, on: images, seed: 5, threads: 2)
      #expect(result.layers.count == 6)
      #expect(result.layers.allSatisfy { $0.isReached })
      // Measured a second way, on the training's own first batch.
      let report = try await Self.learner(model, weights: result.weights).signals()
      for layer in report.layers { #expect(abs((layer.deviation ?? 0) - 1) <= 0.02) }
      #expect(report.findings.isEmpty)
      let again = try rule.weights(for: model, on: images, seed: 5, threads: 1)
      #expect(again.weights == result.weights)
    }
  }

  @Test func `LSUV scales what batch normalisation follows, and leaves statistics alone`() throws {
    let model = try LearnerTests.model()
    let result = try UnitVarianceInitialization().weights(
      for: model, on: try Self.images(), seed: 5, threads: 2)
    #expect(result.layers.allSatisfy { $0.isReached })
    let initial = model.initialWeights(seed: 5)
    #expect(result.weights["2.running_mean"] == initial["2.running_mean"])
    #expect(result.weights["0.bias"] == initial["0.bias"])
    #expect(result.weights["0.weight"] != initial["0.weight"])
    #expect(throws: TrainingError.self) {
      try UnitVarianceInitialization(tolerance: 0).weights(
        for: model, on: try Self.images(), seed: 5)
    }
  }

  @Test func `zero-γ is for the last normalisation of each branch and nothing else`() async throws {
    let basic = try ZooModel.named("resnet18-cifar").build(input: [3, 32, 32], classes: 10)
    #expect(basic.lastBranchNormWeights.count == 8)
    #expect(basic.lastBranchNormWeights.allSatisfy { $0.hasSuffix("bn2.weight") })
    let deep = try ZooModel.named("resnet50").build(input: [3, 64, 64], classes: 10)
    #expect(deep.lastBranchNormWeights.count == 16)
    #expect(deep.lastBranchNormWeights.allSatisfy { $0.hasSuffix("bn3.weight") })
    let mobile = try ZooModel.named("mobilenet-v2").build(input: [3, 64, 64], classes: 10)
    #expect(mobile.lastBranchNormWeights.count == 10)
    let gated = try ZooModel.named("efficientnet-b0").build(input: [3, 64, 64], classes: 10)
    #expect(gated.lastBranchNormWeights.count == 9)
    let plain = try LearnerTests.model()
    #expect(plain.lastBranchNormWeights.isEmpty)

    let initial = basic.initialWeights(seed: 1)
    let zeroed = initial.withZeroGamma(for: basic)
    let changed = Array(initial.names).filter { initial[$0] != zeroed[$0] }
    #expect(changed == basic.lastBranchNormWeights)
    #expect(changed.allSatisfy { zeroed[$0]?.floats.allSatisfy { $0 == 0 } == true })
  }
}
