import FoveaRuntime

/// Looks at the outputs and gradients of layers while a network is trained.
///
/// Each look costs about a step, and one pass over the chosen outputs, two where they are normalised before
/// their nonlinearity; the memory is that of a second step. The training gives the same bits as without.
public final class ActivationStats: TrainingObserver {
  /// After how many steps the next is looked at where nothing is said.
  public static let defaultInterval = 32

  /// Patterns of layers' paths, as `ParameterGroup` has them; `nil` for convolutions and fully connected layers.
  public let layers: [String]?
  /// After how many steps the next is looked at.
  public let interval: Int
  /// Elements of a smaller magnitude are near zero.
  public let nearZero: Float
  /// What was seen in this run, in order.
  public private(set) var steps: [ObservedStep] = []

  /// Chooses what to look at.
  ///
  /// - Parameters:
  ///   - layers: Patterns of paths, such as `layer4.*`; convolutions and fully connected layers where left out.
  ///   - interval: Steps from one look to the next. As a look is worth about a step and one pass over the outputs,
  ///     32 keep what it costs below a tenth of the training.
  ///   - nearZero: Elements of a smaller magnitude are near zero.
  /// - Throws: `TrainingError.option` for numbers below 1 and 0.
  public init(
    layers: [String]? = nil, interval: Int = defaultInterval, nearZero: Float = 0.05
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
    ObservationRequest(layers: layers, interval: interval)
  }

  public func receive(_ event: TrainingEvent) -> TrainingAction { .proceed }

  public func receive(_ observation: Observation) throws {
    let rate = Double(observation.learningRate)
    steps.append(
      ObservedStep(
        epoch: observation.epoch, step: observation.step, learningRate: observation.learningRate,
        layers: try observation.layers.map { try statistics(of: $0, learningRate: rate) }))
  }

  private func statistics(
    of observed: ObservedLayer, learningRate: Double
  ) throws -> LayerStatistics {
    let layer = observed.layer
    func sums(_ output: String, _ channels: ChannelPlaces) throws -> ElementSums {
      try observed.program.withOutput(output) {
        ElementSums(
          $0, channels: channels, nearZero: nearZero, saturation: layer.entry?.kind.saturation)
      }
    }
    let own = try sums(layer.output, layer.channels)
    let entry = try layer.entry.map { entry in
      let entering = try entry.output.map { try sums($0.name, $0.channels) } ?? own
      return ActivationEntry(
        kind: entry.kind, isOwnOutput: entry.output == nil,
        idleShare: entering.share(
          entry.kind == .rectifier ? entering.atMostFastaiThreshold : entering.nearZero),
        saturatedShare: entering.share(entering.saturated), deadChannels: entering.deadChannels)
    }
    var ratio: Double?
    if let gradient = observed.gradientNorm, let parameters = observed.parameterNorm, parameters > 0
    {
      ratio = learningRate * gradient / parameters
    }
    return LayerStatistics(
      path: observed.path, isAnswer: observed.isAnswer, mean: own.mean,
      standardDeviation: own.standardDeviation, nearZeroShare: own.share(own.nearZero),
      fastaiNearZeroShare: own.share(own.atMostFastaiThreshold),
      largestMagnitude: own.largestMagnitude, notFiniteCount: own.notFinite,
      channels: layer.channels.count, deadChannels: own.deadChannels, histogram: own.histogram,
      gradientNorm: observed.gradientNorm, updateRatio: ratio, entry: entry)
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
