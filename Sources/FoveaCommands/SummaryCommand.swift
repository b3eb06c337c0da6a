public import FoveaAnalysis
import FoveaLayers
public import FoveaTensors
import FoveaZoo

/// Sums up a network, layer by layer, without running it.
public struct SummaryCommand: Hashable, Codable, Sendable {
  /// The network's name.
  public var model: String
  /// One input, `[C, H, W]`; the published one where left out.
  public var input: Shape?
  /// The number of classes; the published one where left out.
  public var classes: Int?
  /// Images of a batch.
  public var batch: Int

  /// Makes the request.
  public init(model: String, input: Shape? = nil, classes: Int? = nil, batch: Int = 1) {
    self.model = model
    self.input = input
    self.classes = classes
    self.batch = batch
  }

  /// Counts.
  ///
  /// - Throws: `CommandError` for an unknown model or a number out of range, `GraphError` where the
  ///   network does not take such an input.
  public func run() throws -> ModelSummary {
    let (network, shape) = try requested()
    return try ModelSummary(of: network.inference, inputs: [Model.inputName: shape])
  }

  /// Counts, and plans training steps, plain and with less memory.
  ///
  /// - Throws: As `run()`, and what the runtime throws.
  public func runWithTraining() throws -> TrainingSummary {
    let (network, shape) = try requested()
    let summary = try run()
    return TrainingSummary(
      layers: summary.layers, totals: summary.totals,
      trainingMemory: try TrainingMemory.ofEachOption(network, images: shape))
  }

  /// The network, and the shape of a batch.
  private func requested() throws -> (network: Model, batch: Shape) {
    let entry = try ZooModel.requested(model)
    let limit = 1_000_000
    if let classes, !(1...limit ~= classes) {
      throw CommandError.option("--classes", value: "\(classes)", allowed: "1 to \(limit)")
    }
    let shape = try entry.requestedBatch(batch, of: input)
    let network = try entry.build(
      input: Shape(Array(shape.dimensions.dropFirst())), classes: classes)
    return (network, shape)
  }
}
