import FoveaGraph
import FoveaLayers
public import FoveaRuntime
import FoveaTensors
import FoveaTraining

/// What running a network takes in memory, found by planning it.
struct PlannedMemory {
  /// The threads whose own memory counts.
  static let threads = 2

  /// All that inference needs at a time, in bytes.
  static func ofInference(_ network: AnalysedNetwork) throws -> Int {
    try ProgramNeeds(of: network.graph, inputs: network.inputs).totalByteCount(threads: threads)
  }

  /// What a training step with cross-entropy needs.
  static func ofTraining(
    _ model: Model, images: Shape, optimizer: Optimizer, options: PlanOptions = PlanOptions()
  ) throws -> ProgramNeeds {
    let (graph, inputs, options) = try training(model, images, optimizer, options)
    return try ProgramNeeds(of: graph, inputs: inputs, options: options)
  }

  /// What works in place in a training step with cross-entropy, SGD and momentum.
  static func inPlaceReport(ofTraining model: Model, images: Shape) throws -> InPlaceReport {
    let (graph, inputs, options) = try training(model, images, .sgd(), PlanOptions())
    return try InPlaceReport(of: graph, inputs: inputs, options: options)
  }

  /// The graph of a step with cross-entropy, the shapes of its inputs, and how it is planned.
  private static func training(
    _ model: Model, _ images: Shape, _ optimizer: Optimizer, _ options: PlanOptions
  ) throws -> (graph: Graph, inputs: [String: Shape], options: PlanOptions) {
    let step = try TrainingStep(
      model, loss: .crossEntropy, optimizer: optimizer,
      scalesLoss: options.precision == .float16)
    let targets = Shape([images[0]] + (try model.outputShape).dimensions.dropFirst())
    var options = options
    options.backwardStart = step.backwardStart
    return (
      step.step, [Model.inputName: images, TrainingStep.targetName: targets], options
    )
  }
}

/// The memory of a training step with an optimiser and options that spend less, and what they cost.
public struct TrainingMemory: Hashable, Codable, Sendable {
  /// What updates the weights.
  public let optimizer: OptimizerName
  /// In how many bits activations wait for the backward pass, and how exact arithmetic is.
  public let precision: Precision
  /// Whether the backward pass computes cheap activations anew.
  public let recomputes: Bool
  /// Everything: parameters, buffers, the optimiser's memory, gradients and activations, in bytes.
  public let plannedBytes: Int
  /// How much less that is than with full precision, computing nothing anew.
  public let savedBytes: Int
  /// Operations of a step beyond that one's; none of them is a multiply-add of a sum.
  public let addedOperations: Int

  init(
    _ optimizer: OptimizerName, _ needs: ProgramNeeds, plain: ProgramNeeds, options: PlanOptions
  ) {
    func total(_ needs: ProgramNeeds) -> Int {
      needs.totalByteCount(threads: PlannedMemory.threads)
    }
    self.optimizer = optimizer
    precision = options.precision
    recomputes = options.recomputes
    plannedBytes = total(needs)
    savedBytes = total(plain) - plannedBytes
    addedOperations = needs.cost.otherOperations - plain.cost.otherOperations
  }

  /// Plans steps of `model` on batches of `images`, with cross-entropy: each optimiser, plain and with each option.
  static func ofEachOption(_ model: Model, images: Shape) throws -> [TrainingMemory] {
    // AdamW keeps what Adam does.
    try [(OptimizerName.sgd, Optimizer.sgd()), (.adamW, .adamW())].flatMap { name, optimizer in
      let plain = try PlannedMemory.ofTraining(model, images: images, optimizer: optimizer)
      // Both formats of 16 bits take the same memory.
      return try [Precision.float32, .bfloat16].flatMap { precision in
        try [false, true].map { recomputes in
          let options = PlanOptions(precision: precision, recomputes: recomputes)
          let needs = try PlannedMemory.ofTraining(
            model, images: images, optimizer: optimizer, options: options)
          return TrainingMemory(name, needs, plain: plain, options: options)
        }
      }
    }
  }
}
