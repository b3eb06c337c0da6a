/// Shows in TensorBoard how the outputs of layers and the gradients of their parameters are spread, at each look.
///
/// `activations/PATH` and `gradients/PARAMETER`, at the step of the look. Of more than a million elements an even part
/// is counted, at most so many. With the layers and interval of `ActivationStats` it shares that one's looks, and
/// costs a pass over what is counted and the memory of the gradients.
public final class LayerHistograms: TrainingObserver {
  private let logger: TensorBoardLogger
  private let layers: [String]?
  private let interval: Int

  private static let mostElements = 1 << 20

  /// Chooses what to show.
  ///
  /// - Parameters:
  ///   - logger: Where, itself an observer of the training.
  ///   - layers: As of `ActivationStats`.
  ///   - interval: As of `ActivationStats`.
  public init(
    in logger: TensorBoardLogger, layers: [String]? = nil,
    interval: Int = ActivationStats.defaultInterval
  ) {
    self.logger = logger
    self.layers = layers
    self.interval = interval
  }

  public var observationRequest: ObservationRequest? {
    ObservationRequest(layers: layers, interval: interval, hasGradientElements: true)
  }

  public func receive(_ event: TrainingEvent) -> TrainingAction { .proceed }

  public func receive(_ observation: Observation) throws {
    for observed in observation.layers {
      func record(_ tag: String, _ elements: UnsafeBufferPointer<Float>) {
        let places = Self.places(of: elements.count, channels: observed.layer.channels.count)
        logger.record(
          histogramOf: places.lazy.map { elements[$0] }, tag: tag, step: observation.step + 1)
      }
      try observed.withOutput { record("activations/\(observed.path)", $0) }
      try observed.withGradients { record("gradients/\($0)", $1) }
    }
  }

  /// The elements that are counted: all, or as many of each channel.
  static func places(of count: Int, channels: Int) -> StrideTo<Int> {
    var step = (count + mostElements - 1) / mostElements
    // Else only some of the channels, which follow each other in memory, would be met.
    while step > 1, greatestCommonDivisor(step, channels) > 1 { step += 1 }
    return stride(from: 0, to: count, by: max(step, 1))
  }

  private static func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
    second == 0 ? first : greatestCommonDivisor(second, first % second)
  }
}
