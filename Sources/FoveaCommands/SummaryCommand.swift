public import FoveaAnalysis
import FoveaGraph
import FoveaLayers
public import FoveaRuntime
public import FoveaTensors
import FoveaTraining

/// Sums up a network, layer by layer, without running it.
public struct SummaryCommand: Hashable, Codable, Sendable {
  /// The network's name, or the path of a checkpoint, a run's folder, or a graph (`.json`).
  public var model: String
  /// One input, `[C, H, W]`; the network's own where left out.
  public var input: Shape?
  /// The number of classes; the published one where left out.
  public var classes: Int?
  /// Images of a batch.
  public var batch: Int
  /// The beginnings of the names of parameters that a training leaves alone.
  public var frozen: [String] = []
  /// Whether training steps are planned with every optimiser and option.
  public var plansTraining = false
  /// Whether costs are counted as other tools count them.
  public var comparesConventions = false

  /// Whether each node's plan is asked for: does it write over its input, and if not, why not.
  public var explainsInPlace = false

  /// A summary, and what was asked for beside it.
  public struct Report: Hashable, Codable, Sendable {
    /// The layers, in the order in which they run.
    public let layers: [ModelSummary.Layer]
    /// Where paths that part before meet again.
    public let joins: [PathJoin]
    /// Sums over all layers, and peaks of memory.
    public let totals: ModelSummary.Totals
    /// Why a training step's memory is not known; `nil` where it is.
    public let peakTrainingReason: String?
    /// Stages of equal resolution, and what they cost.
    public let stages: [CostStage]
    /// Training steps with every optimiser and option; where asked for.
    public let trainingMemory: [TrainingMemory]?
    /// What other tools would count; where asked for.
    public let conventions: [CountedCost]?

    /// What works in place in inference; where asked for.
    public let inPlace: InPlaceReport?
    /// What works in place in a training step with SGD and momentum; where both were asked for.
    public let inPlaceTraining: InPlaceReport?

    /// Layers and totals alone.
    public var summary: ModelSummary { ModelSummary(layers: layers, joins: joins, totals: totals) }
  }

  /// Makes the request.
  public init(model: String, input: Shape? = nil, classes: Int? = nil, batch: Int = 1) {
    self.model = model
    self.input = input
    self.classes = classes
    self.batch = batch
  }

  /// Counts.
  ///
  /// - Throws: `CommandError` for an unknown model or a number out of range, what files throw, `GraphError` where the
  ///   network does not take such an input.
  public func run() throws -> Report {
    let network = try AnalysedNetwork(
      requested: model, input: input, classes: classes, batch: batch)
    for prefix in frozen
    where !network.graph.variables.contains(where: { $0.name.hasPrefix(prefix) }) {
      throw CommandError.unknownName(
        prefix, kind: "parameter that begins with",
        known: network.graph.variables.filter { $0.role == .parameter }.map(\.name))
    }
    var summary = try ModelSummary(
      of: network.graph, inputs: network.inputs,
      frozen: { name in frozen.contains { name.hasPrefix($0) } })
    summary.totals.peakInferenceBytes = try PlannedMemory.ofInference(network)
    let (peak, reason) = peakOfTraining(network)
    summary.totals.peakTrainingBytes = peak
    return Report(
      layers: summary.layers, joins: summary.joins, totals: summary.totals,
      peakTrainingReason: reason, stages: CostStage.stages(of: summary),
      trainingMemory: plansTraining ? try trainingMemory(network) : nil,
      conventions: comparesConventions
        ? try CountingConvention.allCases.map {
          try $0.count(network.graph, inputs: network.inputs)
        }
        : nil,
      inPlace: explainsInPlace
        ? try InPlaceReport(of: network.graph, inputs: network.inputs) : nil,
      inPlaceTraining: explainsInPlace && plansTraining ? try inPlaceTraining(network) : nil)
  }

  private func inPlaceTraining(_ network: AnalysedNetwork) throws -> InPlaceReport {
    let (model, images) = try trained(network)
    return try PlannedMemory.inPlaceReport(ofTraining: model, images: images)
  }

  /// A step with SGD and momentum in float32, as `fovea bench --training` runs it, or why there is none.
  private func peakOfTraining(_ network: AnalysedNetwork) -> (bytes: Int?, reason: String?) {
    do {
      let (model, images) = try trained(network)
      let needs = try PlannedMemory.ofTraining(model, images: images, optimizer: .sgd())
      return (needs.totalByteCount(threads: PlannedMemory.threads), nil)
    } catch {
      return (nil, "\(error)")
    }
  }

  private func trainingMemory(_ network: AnalysedNetwork) throws -> [TrainingMemory] {
    let (model, images) = try trained(network)
    return try TrainingMemory.ofEachOption(model, images: images)
  }

  private func trained(_ network: AnalysedNetwork) throws -> (model: Model, images: Shape) {
    guard let model = network.model, let images = network.inputs[Model.inputName] else {
      throw CommandError.missing(
        "the network's training", remedy: "name a network or a checkpoint, since a graph has none")
    }
    return (model, images)
  }
}
