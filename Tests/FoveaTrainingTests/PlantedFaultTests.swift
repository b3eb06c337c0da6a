import FoveaData
import FoveaGraph
import FoveaLayers
import FoveaTensors
import FoveaTraining
import Testing

/// Trainings with a fault that was put there: each is called by its name, and by the layer's.
@Suite struct PlantedFaultTests {
  static let schedule = Schedule.constant(learningRate: 0.01)

  static func convolutions(_ activation: some Layer, isNormalised: Bool = false) throws -> Model {
    try Model(input: [1, 28, 28]) {
      for channels in [8, 16] {
        Sequential {
          FoveaLayers.Conv2d(channels, kernel: 3, stride: 2, padding: 1)
          if isNormalised { FoveaLayers.BatchNorm2d() }
          activation
        }
      }
      FoveaLayers.Flatten()
      FoveaLayers.Linear(10)
    }
  }

  /// The initial weights, some of them times a number.
  static func weights(of model: Model, scaled pattern: String, by factor: Float) -> Weights {
    var weights = model.initialWeights(seed: 0)
    for (name, tensor) in weights.tensors where ParameterGroup(pattern).contains(name) {
      weights[name] = Tensor(tensor.shape, tensor.floats.map { $0 * factor })
    }
    return weights
  }

  static func layers(_ found: [HealthFinding], _ kind: HealthFinding.Kind) -> [String?] {
    found.filter { $0.kind == kind }.map(\.layer)
  }

  @Test func `a tanh behind weights that are too large is saturated`() async throws {
    let model = try Self.convolutions(Tanh())
    let found = try await TrainingHealthTests.findings(
      model, MNIST.mini(.training).prefix(640), schedule: Self.schedule,
      weights: Self.weights(of: model, scaled: "1.0.weight", by: 60))
    #expect(Self.layers(found, .saturatedUnits) == ["1.0"], "\(found)")
  }

  @Test func `weights that are far too large make activations and gradients explode`() async throws
  {
    let model = try Self.convolutions(FoveaLayers.ReLU())
    let found = try await TrainingHealthTests.findings(
      model, MNIST.mini(.training).prefix(640), schedule: .constant(learningRate: 1e-9),
      weights: Self.weights(of: model, scaled: "*.weight", by: 60))
    #expect(Self.layers(found, .explodingActivations).contains("3"), "\(found)")
    #expect(Self.layers(found, .explodingGradients).contains("1.0"), "\(found)")
  }

  @Test func `many sigmoids in a row let no gradient through`() async throws {
    let model = try Model(input: [1, 28, 28]) {
      for _ in 0..<10 {
        Sequential {
          FoveaLayers.Conv2d(8, kernel: 3, padding: 1)
          FoveaLayers.Sigmoid()
        }
      }
      GlobalAvgPool2d()
      FoveaLayers.Flatten()
      FoveaLayers.Linear(10)
    }
    let found = try await TrainingHealthTests.findings(
      model, MNIST.mini(.training).prefix(640), schedule: Self.schedule, optimizer: .sgd(),
      weights: Self.weights(of: model, scaled: "*.weight", by: 0.5))
    #expect(Self.layers(found, .vanishingGradients).contains("0.0"), "\(found)")
  }

  @Test func `channels that are dead after their normalisation are found`() async throws {
    let model = try Self.convolutions(FoveaLayers.ReLU(), isNormalised: true)
    var weights = model.initialWeights(seed: 0)
    weights["1.1.bias"] = Tensor([16], [Float](repeating: -30, count: 16))
    let found = try await TrainingHealthTests.findings(
      model, MNIST.mini(.training).prefix(1600), schedule: .constant(learningRate: 1e-4),
      weights: weights)
    #expect(Self.layers(found, .deadUnits) == ["1.0"], "\(found)")
    #expect(Self.layers(found, .activationCollapse) == ["1.0"], "\(found)")
  }

  @Test func `batch normalisation of two images at a time is misuse`() async throws {
    let model = try Self.convolutions(FoveaLayers.ReLU(), isNormalised: true)
    let found = try await TrainingHealthTests.findings(
      model, MNIST.mini(.training).prefix(120), batchSize: 2, schedule: Self.schedule)
    #expect(Self.layers(found, .batchNormOnFewImages) == ["0.1"], "\(found)")
    let finding = try #require(found.first { $0.kind == .batchNormOnFewImages })
    #expect("\(finding)".contains("it and 1 others measure batches of 2 images"))
    #expect("\(finding)".contains("GroupNorm"))
  }

  @Test func `statistics that a few steps have measured are those of the start`() async throws {
    let model = try Self.convolutions(FoveaLayers.ReLU(), isNormalised: true)
    let found = try await TrainingHealthTests.findings(
      model, MNIST.mini(.training).prefix(320), schedule: Self.schedule)
    #expect(found.map(\.kind) == [.statisticsAtStart], "\(found)")
    #expect(found.first?.layer == "0.1")
    // 0.9 to the power of 5.
    #expect(found.first?.evidence.contains("59 % of its running statistics") == true, "\(found)")
  }

  @Test func `statistics that are frozen before their first batch never leave the start`()
    async throws
  {
    let model = try Self.convolutions(FoveaLayers.ReLU(), isNormalised: true)
    let images = try MNIST.mini(.training).prefix(1920)
    let learner = try Learner(
      model, training: DataLoader(images, batchSize: 64, shuffleSeed: 1),
      settings: LearnerSettings(
        updates: UpdateOptions(groups: [ParameterGroup("0.*", frozenEpochs: 1)])), threads: 1)
    let report = try await learner.fit(
      epochs: 1, schedule: Self.schedule,
      observers: [Recorder(), try ActivationStats(), HealthWatcher()])
    let found = try #require(report[HealthWatcher.self]).filter { !$0.isAboutSpeed }
    #expect(found.map(\.kind) == [.statisticsAtStart], "\(found)")
    #expect(found.first?.layer == "0.1")
    #expect(found.first?.evidence.contains("100 %") == true)
  }

  @Test func `layers that drop elements where the model answers are named`() async throws {
    /// Does not ask for the tracer's mode.
    struct AlwaysDropout: Layer {
      func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
        let dropout = FoveaGraph.Dropout(probability: 0.5, stream: 1, sharedAxes: [])
        return try input.tracer.append(dropout, [input])[0]
      }
    }
    let model = try Model(input: [1, 28, 28]) {
      FoveaLayers.Flatten()
      AlwaysDropout().named("head")
      FoveaLayers.Linear(10)
    }
    let found = try await TrainingHealthTests.findings(
      model, MNIST.mini(.training).prefix(320), schedule: Self.schedule)
    #expect(Self.layers(found, .trainingModeInEvaluation) == ["head"], "\(found)")
  }

  @Test func `images that are labelled wrongly are suspects, by name`() async throws {
    let images = try MNIST.mini(.training).prefix(3000)
    let wrong = Set(stride(from: 0, to: 3000, by: 20))
    let planted = try ImageDataset(
      name: "planted", images: images.images,
      labels: (0..<3000).map {
        wrong.contains($0) ? (images.label(of: $0) + 3) % 10 : images.label(of: $0)
      },
      classNames: images.description.classNames, normalization: images.description.normalization)
    let model = try TrainingHealthTests.model(isNormalised: true)
    let learner = try Learner(
      model, training: DataLoader(planted, batchSize: 64, shuffleSeed: 1),
      settings: LearnerSettings(optimizer: .adamW(), seed: 1), threads: 1)
    let report = try await learner.fit(
      epochs: 6, schedule: .fastaiOneCycle(maxLearningRate: 0.01),
      observers: [
        Recorder(), try ActivationStats(), LabelSuspects(of: planted), HealthWatcher(),
      ])
    let labels = try #require(report[LabelSuspects.self])
    #expect(labels.images == 3000)
    let right = labels.suspects.count { wrong.contains($0.index) }
    #expect(right >= 30, "\(right) of 150")
    #expect(labels.suspects.count - right <= right / 5, "\(labels.suspects.count)")
    let first = try #require(labels.suspects.first)
    #expect(first.name == "planted/\(first.index)" && first.epochs >= LabelSuspects.fewestEpochs)
    let finding = try #require(report[HealthWatcher.self]?.first { $0.kind == .labelNoise })
    #expect(finding.evidence.contains("\(first.name) (\(first.label), taken for \(first.answer))"))
  }
}
