import FoveaLayers
import FoveaRuntime
import FoveaTensors
import FoveaTraining
import FoveaZoo
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

  static func learner(recomputes: Bool, threads: Int = 2) throws -> Learner {
    let (training, validation) = try LearnerTests.loaders(images: 160, batchSize: 32)
    return try Learner(
      model(), training: training, validation: validation,
      settings: LearnerSettings(optimizer: .adamW(), seed: 2, recomputes: recomputes),
      threads: threads)
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
}
