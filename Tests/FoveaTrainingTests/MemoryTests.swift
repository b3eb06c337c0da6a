import FoveaData
import FoveaLayers
import FoveaRuntime
import FoveaTensors
@testable import FoveaTraining
import FoveaZoo
import Foundation
import Testing

/// A residual block whose values of every kind the backward pass reads.
private struct Block: CompositeLayer {
  let channels: Int

  var body: some Layer {
    Residual {
      Conv2d(channels, kernel: 3, padding: 1, bias: false)
      BatchNorm2d()
      SiLU()
      Dropout(0.2)
      Conv2d(channels, kernel: 3, padding: 1, bias: false)
      BatchNorm2d(affine: false)
    }
    ReLU()
  }
}

@Suite struct MemoryTests {
  static func model() throws -> Model {
    try Model(input: [1, 28, 28]) {
      Conv2d(8, kernel: 5, stride: 2, padding: 2)
      BatchNorm2d()
      ReLU()
      Block(channels: 8)
      Block(channels: 8)
      Block(channels: 8)
      Block(channels: 8)
      MaxPool2d(kernel: 2)
      Flatten()
      Tanh()
      Linear(10)
    }
  }

  static func learner(
    precision: Precision = .float32, recomputes: Bool, weights: Weights? = nil, threads: Int = 2
  ) throws -> Learner {
    let (training, validation) = try LearnerTests.loaders(images: 160, batchSize: 32)
    return try Learner(
      model(), training: training, validation: validation,
      settings: LearnerSettings(
        optimizer: .adamW(), seed: 2, precision: precision, recomputes: recomputes),
      weights: weights, threads: threads)
  }

  @Test func `recomputation changes no bit of weights, statistics or memory of the optimiser`()
    async throws
  {
    let schedule = Schedule.constant(learningRate: 0.003)
    let (plain, recomputing) = (Recorder(), Recorder())
    let kept = try Self.learner(recomputes: false)
    try await kept.fit(epochs: 2, schedule: schedule, observers: [plain])
    let anew = try Self.learner(recomputes: true, threads: 1)
    try await anew.fit(epochs: 2, schedule: schedule, observers: [recomputing])
    #expect(anew.checkpoint.weights == kept.checkpoint.weights)
    #expect(recomputing.steps.map(\.loss) == plain.steps.map(\.loss))
    #expect(recomputing.epochs.map(\.metrics) == plain.epochs.map(\.metrics))
  }

  @Test(arguments: [true, false])
  func `recomputation takes less memory and no convolution`(fuses: Bool) throws {
    for model in [try Self.model(), try ZooModel.named("resnet18-cifar").build()] {
      let step = try TrainingStep(model, loss: .crossEntropy, optimizer: .sgd())
      func needs(_ recomputes: Bool) throws -> ProgramNeeds {
        let options = PlanOptions(
          fuses: fuses, backwardStart: step.backwardStart, recomputes: recomputes)
        return try ProgramNeeds(
          of: step.step,
          inputs: [
            Model.inputName: Shape([16] + model.inputShape.dimensions),
            TrainingStep.targetName: [16],
          ], options: options)
      }
      let (kept, anew) = (try needs(false), try needs(true))
      #expect(Double(anew.byteCount) < 0.9 * Double(kept.byteCount))
      #expect(anew.cost.multiplyAdds == kept.cost.multiplyAdds)
      #expect(anew.cost.otherOperations > kept.cost.otherOperations)
    }
  }

  @Test(arguments: [Precision.bfloat16, .float16])
  func `half the bits take less memory`(precision: Precision) throws {
    let model = try ZooModel.named("resnet18-cifar").build()
    func needs(_ precision: Precision, recomputes: Bool) throws -> Int {
      let step = try TrainingStep(
        model, loss: .crossEntropy, optimizer: .sgd(), scalesLoss: precision == .float16)
      return try ProgramNeeds(
        of: step.step, inputs: [Model.inputName: [64, 3, 32, 32], TrainingStep.targetName: [64]],
        options: PlanOptions(
          precision: precision, backwardStart: step.backwardStart, recomputes: recomputes)
      ).byteCount
    }
    let plain = Double(try needs(.float32, recomputes: false))
    #expect(Double(try needs(precision, recomputes: false)) < 0.7 * plain)
    #expect(try needs(precision, recomputes: true) < needs(precision, recomputes: false))
  }

  @Test(arguments: [Precision.bfloat16, .float16], [false, true])
  func `a training in half the bits stays near the other, for any number of threads`(
    precision: Precision, recomputes: Bool
  ) async throws {
    let schedule = Schedule.constant(learningRate: 0.003)
    let (exact, rounded) = (Recorder(), Recorder())
    try await Self.learner(recomputes: false)
      .fit(epochs: 1, schedule: schedule, observers: [exact])
    let first = try Self.learner(precision: precision, recomputes: recomputes, threads: 1)
    try await first.fit(epochs: 1, schedule: schedule, observers: [rounded])
    let second = try Self.learner(precision: precision, recomputes: recomputes, threads: 3)
    try await second.fit(epochs: 1, schedule: schedule)
    #expect(first.checkpoint.weights == second.checkpoint.weights)
    // The forward pass has all bits: the first step differs in its gradients alone.
    #expect(rounded.steps[0].loss == exact.steps[0].loss)
    #expect(rounded.steps.map(\.loss) != exact.steps.map(\.loss))
    for (step, other) in zip(rounded.steps, exact.steps) {
      #expect(abs(step.loss - other.loss) < 0.05, "step \(step.step)")
    }
    #expect(rounded.skippedUpdates.isEmpty)
  }

  @Test func `gradients that overflow are reported, and update nothing but the scale`()
    async throws
  {
    let model = try Self.model()
    var weights = model.initialWeights(seed: 2)
    // What the first convolution makes is more than float16 holds.
    let taps = try #require(weights["0.weight"])
    weights["0.weight"] = Tensor(taps.shape, taps.floats.map { $0 * 1e6 })
    let recorder = Recorder()
    let learner = try Self.learner(precision: .float16, recomputes: false, weights: weights)
    try await learner.fit(
      epochs: 1, schedule: .constant(learningRate: 0.1), observers: [recorder])
    #expect(recorder.skippedUpdates.map(\.step) == Array(0..<5))
    #expect(
      recorder.skippedUpdates.map(\.nextLossScale) == (1...5).map { 65536 / Float(1 << $0) })
    #expect(recorder.steps.count == 5)
    for variable in model.training.variables where variable.role == .parameter {
      #expect(learner.weights[variable.name] == weights[variable.name], "\(variable.name)")
    }
    for (name, state) in learner.checkpoint.weights.tensors where name.hasPrefix("optimizer/") {
      #expect(state.floats.allSatisfy { $0 == 0 }, "\(name)")
    }
  }

  @Test func `the scale is part of a checkpoint, and resuming changes nothing`() async throws {
    let schedule = Schedule.constant(learningRate: 0.003)
    let whole = try Self.learner(precision: .float16, recomputes: true)
    try await whole.fit(epochs: 2, schedule: schedule)
    let first = try Self.learner(precision: .float16, recomputes: true)
    try await first.fit(epochs: 1, schedule: schedule)
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("fovea-\(UUID()).safetensors")
    defer { try? FileManager.default.removeItem(at: file) }
    try first.checkpoint.write(to: file)
    let (training, validation) = try LearnerTests.loaders(images: 160, batchSize: 32)
    let second = try Learner(
      resuming: Checkpoint(contentsOf: file), training: training, validation: validation)
    #expect(second.settings.precision == .float16 && second.settings.recomputes)
    #expect(second.progress?.lossScale?.steadySteps == 5)
    try await second.resume(epochs: 2)
    #expect(second.checkpoint.weights == whole.checkpoint.weights)
    #expect(second.progress?.lossScale == whole.progress?.lossScale)
  }

  @Test func `every precision learns digits as well as the first`() async throws {
    func accuracy(_ precision: Precision, seed: UInt64) async throws -> Double {
      let learner = try Learner(
        ZooModel.named("simple-cnn").build(),
        training: DataLoader(MNIST.mini(.training), batchSize: 64, shuffleSeed: seed),
        validation: DataLoader(MNIST.mini(.test), batchSize: 500),
        settings: LearnerSettings(seed: seed, precision: precision))
      let report = try await learner.fitOneCycle(epochs: 5, maxLearningRate: 0.06)
      return try #require(report.epochs.last?.metrics["accuracy"])
    }
    var medians: [Precision: Double] = [:]
    for precision in Precision.allCases {
      var accuracies: [Double] = []
      for seed in 0..<3 as Range<UInt64> {
        accuracies.append(try await accuracy(precision, seed: seed))
      }
      medians[precision] = accuracies.sorted()[1]
    }
    let plain = try #require(medians[.float32])
    #expect(plain > 0.97)
    for (precision, median) in medians {
      #expect(median > plain - 0.005, "\(precision)")
    }
  }
}

@Suite struct LossScaleTests {
  @Test func `the scale doubles after steady steps, and halves at an overflow`() throws {
    var scale = LossScale()
    for _ in 0..<LossScale.growthInterval - 1 { scale.update(isFinite: true) }
    #expect(scale.scale == 65536)
    scale.update(isFinite: true)
    #expect(scale.scale == 131072 && scale.steadySteps == 0)
    scale.update(isFinite: true)
    scale.update(isFinite: false)
    #expect(scale.scale == 65536 && scale.steadySteps == 0 && scale.skippedUpdates == 1)
    for _ in 0..<500 { scale.update(isFinite: false) }
    #expect(scale.scale > 0 && scale.isConsistent)
  }
}
