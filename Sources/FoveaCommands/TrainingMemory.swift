public import FoveaAnalysis
import FoveaLayers
public import FoveaRuntime
import FoveaTensors
import FoveaTraining

/// The memory of a training step that spends less than the plain one, and what that costs.
public struct TrainingMemory: Hashable, Codable, Sendable {
  /// In how many bits activations wait for the backward pass, and how exact arithmetic is.
  public let precision: Precision
  /// Whether the backward pass computes cheap activations anew.
  public let recomputes: Bool
  /// What the plan asks for, besides parameters, buffers and the optimiser's memory, in bytes.
  public let plannedBytes: Int
  /// How much less that is than plain.
  public let savedBytes: Int
  /// Operations of a step beyond the plain one's; none of them is a multiply-add of a sum.
  public let addedOperations: Int

  init(_ needs: ProgramNeeds, plain: ProgramNeeds, options: PlanOptions) {
    precision = options.precision
    recomputes = options.recomputes
    plannedBytes = needs.byteCount
    savedBytes = plain.byteCount - needs.byteCount
    addedOperations = needs.cost.otherOperations - plain.cost.otherOperations
  }

  /// Plans steps of `model` on batches of `images`, with cross-entropy and SGD: plain, then with each
  /// option.
  static func ofEachOption(_ model: Model, images: Shape) throws -> [TrainingMemory] {
    let step = try TrainingStep(model, loss: .crossEntropy, optimizer: .sgd())
    let targets = Shape([images[0]] + (try model.outputShape).dimensions.dropFirst())
    let inputs = [Model.inputName: images, TrainingStep.targetName: targets]
    let plain = try ProgramNeeds(of: step.step, inputs: inputs)
    // Both formats of 16 bits take the same memory.
    return try [Precision.float32, .bfloat16].flatMap { precision in
      try [false, true].map { recomputes in
        let options = PlanOptions(
          precision: precision, backwardStart: step.backwardStart, recomputes: recomputes)
        let needs = try ProgramNeeds(of: step.step, inputs: inputs, options: options)
        return TrainingMemory(needs, plain: plain, options: options)
      }
    }
  }
}

/// A summary with the memory of training steps.
public struct TrainingSummary: Hashable, Codable, Sendable {
  /// The layers, in the order in which they run.
  public let layers: [ModelSummary.Layer]
  /// Sums over all layers.
  public let totals: ModelSummary.Totals
  /// A training step's memory: plain, then with each option.
  public let trainingMemory: [TrainingMemory]
}
