import FoveaRuntime

/// Looks at the outputs and gradients of layers while a network is trained.
///
/// Each look costs about a step, one pass over the chosen outputs, two where they are normalised before their
/// nonlinearity, and two over the parameters of the chosen layers; the memory is that of a second step and a copy of
/// these parameters. The training gives the same bits as without.
public final class ActivationStats: TrainingObserver {
  /// After how many steps the next is looked at where nothing is said.
  public static let defaultInterval = 32
  /// The magnitude below which elements are near zero where nothing is said.
  public static let defaultNearZero: Float = 0.05

  /// Patterns of layers' paths, as `ParameterGroup` has them; `nil` for convolutions and fully connected layers.
  public let layers: [String]?
  /// After how many steps the next is looked at.
  public let interval: Int
  /// Elements of a smaller magnitude are near zero.
  public let nearZero: Float
  /// What was seen in this run, in order.
  public private(set) var steps: [ObservedStep] = []
  /// The step of the first look that is still without what its update will have moved.
  private(set) var firstUnfinished: Int?

  /// The images and, by output, the dead channels of the latest looks.
  private var recent: [(images: Int, dead: [String: Set<Int>])] = []

  /// Chooses what to look at.
  ///
  /// - Parameters:
  ///   - layers: Patterns of paths, such as `layer4.*`; convolutions and fully connected layers where left out.
  ///   - interval: Steps from one look to the next. As a look is worth about a step and one pass over the outputs,
  ///     32 keep what it costs below a tenth of the training.
  ///   - nearZero: Elements of a smaller magnitude are near zero.
  /// - Throws: `TrainingError.option` for numbers below 1 and 0.
  public init(
    layers: [String]? = nil, interval: Int = defaultInterval, nearZero: Float = defaultNearZero
  ) throws(TrainingError) {
    guard interval > 0, nearZero > 0 else {
      throw .option(
        "looking at layers",
        problem: "each \(interval) steps, near zero below \(nearZero); use 1 step or more, and a "
          + "threshold above 0")
    }
    self.layers = layers
    self.interval = interval
    self.nearZero = nearZero
  }

  public var outcome: [ObservedStep] { steps }

  public var observationRequest: ObservationRequest? {
    ObservationRequest(layers: layers, interval: interval, hasUpdates: true)
  }

  public func receive(_ event: TrainingEvent) -> TrainingAction { .proceed }

  public func receive(_ observation: Observation) throws {
    recent.append((observation.images, [:]))
    recent.removeFirst(
      max(0, recent.count - min((steps.count + 2) / 2, ObservedStep.mostRecentLooks)))
    let layers = try observation.layers.map(statistics)
    steps.append(
      ObservedStep(
        epoch: observation.epoch, step: observation.step, learningRate: observation.learningRate,
        images: observation.images, recentLooks: recent.count,
        recentImages: recent.map(\.images).reduce(0, +), layers: layers))
    firstUnfinished = firstUnfinished ?? observation.step
  }

  public func receive(_ update: ObservedUpdate) {
    firstUnfinished = nil
    guard let step = steps.lastIndex(where: { $0.step == update.step }) else { return }
    for layer in steps[step].layers.indices {
      steps[step].layers[layer].updateRatio = update.ratios[steps[step].layers[layer].path]
    }
  }

  private func statistics(of observed: ObservedLayer) throws -> LayerStatistics {
    let layer = observed.layer
    func sums(_ output: String, _ channels: ChannelPlaces) throws -> (ElementSums, dead: Int) {
      let sums = try observed.program.withOutput(output) {
        ElementSums(
          $0, channels: channels, nearZero: nearZero, saturation: layer.entry?.kind.saturation)
      }
      recent[recent.count - 1].dead[output] = sums.deadChannels
      let always = recent.reduce(sums.deadChannels) { $0.intersection($1.dead[output] ?? []) }
      return (sums, always.count)
    }
    let (own, ownDead) = try sums(layer.output, layer.channels)
    let entry = try layer.entry.map { entry in
      let (entering, dead) =
        try entry.output.map { try sums($0.name, $0.channels) } ?? (own, ownDead)
      return ActivationEntry(
        kind: entry.kind, isOwnOutput: entry.output == nil,
        idleShare: entering.share(
          entry.kind == .rectifier ? entering.atMostFastaiThreshold : entering.nearZero),
        saturatedShare: entering.share(entering.saturated),
        deadChannelsInBatch: entering.deadChannels.count, deadChannelsInRecentLooks: dead)
    }
    return LayerStatistics(
      path: observed.path, isAnswer: observed.isAnswer, mean: own.mean,
      standardDeviation: own.standardDeviation, nearZeroShare: own.share(own.nearZero),
      fastaiNearZeroShare: own.share(own.atMostFastaiThreshold),
      largestMagnitude: own.largestMagnitude, notFiniteCount: own.notFinite,
      channels: layer.channels.count, deadChannelsInBatch: own.deadChannels.count,
      deadChannelsInRecentLooks: ownDead, histogram: own.histogram,
      gradientNorm: observed.gradientNorm, parameterNorm: observed.parameterNorm, entry: entry)
  }
}

extension ActivationKind {
  /// The magnitude from which a derivative is below a fiftieth.
  fileprivate var saturation: Float? {
    switch self {
    case .rectifier, .leaky: nil
    case .sigmoid: 3.9
    case .tanh: 2.65
    }
  }
}
