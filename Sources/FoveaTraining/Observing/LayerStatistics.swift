import FoveaTensors

/// What the output of a layer and the gradients of its parameters look like for one batch.
public struct LayerStatistics: Hashable, Codable, Sendable {
  /// The layer's path.
  public let path: String
  /// Whether the output is the network's answer.
  public let isAnswer: Bool
  /// The mean of the finite elements.
  public let mean: Double
  /// The standard deviation of the finite elements, around their mean and divided by their number.
  public let standardDeviation: Double
  /// The share of elements whose magnitude is less than the threshold.
  public let nearZeroShare: Double
  /// The share of elements of at most 0.05, so of all negative ones too: fastai's rule.
  public let fastaiNearZeroShare: Double
  /// The largest magnitude of the finite elements.
  public let largestMagnitude: Float
  /// How many elements are infinite or no number; nothing else here counts them.
  public let notFiniteCount: Int
  /// Channels along axis 1, or features along the last.
  public let channels: Int
  /// Channels without an element above zero in the batch.
  public let deadChannelsInBatch: Int
  /// Channels without an element above zero in any batch of the recent looks, `ObservedStep.recentLooks`.
  public let deadChannelsInRecentLooks: Int
  /// How many elements lie in each of the bins of `histogramBounds`.
  public let histogram: [Int]
  /// The Euclidean norm of the gradient of the layer's parameters, of the loss as it is; `nil` where they
  /// are none, frozen in the epoch, or not finite.
  public let gradientNorm: Double?
  /// The Euclidean norm of the layer's parameters before the update; `nil` where they are none, frozen in the epoch, or
  /// not finite.
  public let parameterNorm: Double?
  /// How far the update after the look moved the layer: the norm of its parameters' change over their norm before.
  ///
  /// It is measured, so that optimiser, momentum, rates of groups, clipping and weight decay are all in it. `nil` where
  /// they are none, zero, frozen in the epoch, or not finite, and where no update followed.
  public internal(set) var updateRatio: Double?
  /// What enters the nonlinearity after the layer; `nil` where there is none.
  public let entry: ActivationEntry?

  /// Where the bins, of a quarter each, begin and end.
  ///
  /// The outermost take what is beyond.
  public static let histogramBounds: ClosedRange<Float> = -10...10
  /// The number of bins.
  public static let histogramBins = 80

  /// Gathers what was seen.
  public init(
    path: String, isAnswer: Bool = false, mean: Double, standardDeviation: Double,
    nearZeroShare: Double, fastaiNearZeroShare: Double, largestMagnitude: Float,
    notFiniteCount: Int = 0, channels: Int, deadChannelsInBatch: Int = 0,
    deadChannelsInRecentLooks: Int = 0, histogram: [Int] = [], gradientNorm: Double? = nil,
    parameterNorm: Double? = nil, updateRatio: Double? = nil, entry: ActivationEntry? = nil
  ) {
    self.path = path
    self.isAnswer = isAnswer
    self.mean = mean
    self.standardDeviation = standardDeviation
    self.nearZeroShare = nearZeroShare
    self.fastaiNearZeroShare = fastaiNearZeroShare
    self.largestMagnitude = largestMagnitude
    self.notFiniteCount = notFiniteCount
    self.channels = channels
    self.deadChannelsInBatch = deadChannelsInBatch
    self.deadChannelsInRecentLooks = deadChannelsInRecentLooks
    self.histogram = histogram
    self.gradientNorm = gradientNorm
    self.parameterNorm = parameterNorm
    self.updateRatio = updateRatio
    self.entry = entry
  }
}

/// What enters the nonlinearity after a layer: the layer's output, or what normalisation and pooling make of it.
public struct ActivationEntry: Hashable, Codable, Sendable {
  /// The nonlinearity.
  public let kind: ActivationKind
  /// Whether it is the layer's own output.
  public let isOwnOutput: Bool
  /// The share of elements that leave next to nothing: of at most 0.05 before a rectifier, else of a magnitude below
  /// the threshold of `nearZeroShare`.
  public let idleShare: Double
  /// The share of elements at which the derivative of a sigmoid or tanh is below a fiftieth; 0 for others.
  public let saturatedShare: Double
  /// Channels without an element above zero in the batch.
  public let deadChannelsInBatch: Int
  /// Channels without an element above zero in any batch of the recent looks, `ObservedStep.recentLooks`.
  public let deadChannelsInRecentLooks: Int

  /// Gathers what was seen.
  public init(
    kind: ActivationKind, isOwnOutput: Bool = true, idleShare: Double = 0,
    saturatedShare: Double = 0, deadChannelsInBatch: Int = 0, deadChannelsInRecentLooks: Int = 0
  ) {
    self.kind = kind
    self.isOwnOutput = isOwnOutput
    self.idleShare = idleShare
    self.saturatedShare = saturatedShare
    self.deadChannelsInBatch = deadChannelsInBatch
    self.deadChannelsInRecentLooks = deadChannelsInRecentLooks
  }
}

/// A batch that was looked at before its step was taken.
public struct ObservedStep: Hashable, Codable, Sendable {
  /// The epoch, from 0.
  public let epoch: Int
  /// The step since the start of the training, from 0.
  public let step: Int
  /// The learning rate of the step.
  public let learningRate: Float
  /// The images of the batch.
  public let images: Int
  /// How many looks, this one with them, dead channels are counted over: the later half of this process's looks so far,
  /// at most `mostRecentLooks`.
  public let recentLooks: Int
  /// The images of their batches together.
  public let recentImages: Int
  /// The layers, in the network's order.
  public internal(set) var layers: [LayerStatistics]

  /// The most looks that dead channels are counted over.
  public static let mostRecentLooks = 32

  /// Gathers what was seen.
  public init(
    epoch: Int, step: Int, learningRate: Float, images: Int, recentLooks: Int = 1,
    recentImages: Int? = nil, layers: [LayerStatistics]
  ) {
    self.epoch = epoch
    self.step = step
    self.learningRate = learningRate
    self.images = images
    self.recentLooks = recentLooks
    self.recentImages = recentImages ?? images
    self.layers = layers
  }
}

/// Which channel each element of an output belongs to, as it lies in memory.
struct ChannelPlaces {
  let count: Int
  /// Elements of a channel that follow each other.
  let run: Int

  /// Finds the channels of a shape.
  ///
  /// - Parameter areLast: Whether they are the last axis instead of axis 1.
  init(of shape: Shape, areLast: Bool) {
    guard !areLast else {
      (count, run) = (shape.dimensions.last ?? 1, 1)
      return
    }
    count = shape.rank > 1 ? shape[1] : 1
    // Images lie with their channels innermost.
    run = shape.rank == 4 ? 1 : max(shape.dimensions.dropFirst(2).reduce(1, *), 1)
  }
}

/// Sums over the elements of an output.
struct ElementSums {
  private(set) var mean = 0.0
  private(set) var standardDeviation = 0.0
  private(set) var nearZero = 0
  private(set) var atMostFastaiThreshold = 0
  private(set) var saturated = 0
  private(set) var largestMagnitude: Float = 0
  private(set) var notFinite = 0
  private(set) var deadChannels: Set<Int> = []
  private(set) var histogram = [Int](repeating: 0, count: LayerStatistics.histogramBins)

  private let elements: Int

  /// The share of all elements.
  func share(_ count: Int) -> Double { Double(count) / Double(max(elements, 1)) }

  init(
    _ elements: UnsafeBufferPointer<Float>, channels: ChannelPlaces, nearZero threshold: Float,
    saturation: Float? = nil
  ) {
    self.elements = elements.count
    let saturation = saturation ?? .infinity
    let bounds = LayerStatistics.histogramBounds
    let scale = Float(histogram.count) / (bounds.upperBound - bounds.lowerBound)
    let lastBin = Float(histogram.count - 1)
    var highest = [Float](repeating: -.infinity, count: channels.count)
    var (sum, squares, channel, left) = (0.0, 0.0, 0, channels.run)
    highest.withUnsafeMutableBufferPointer { highest in
      histogram.withUnsafeMutableBufferPointer { histogram in
        for element in elements {
          if element > highest[channel] { highest[channel] = element }
          left -= 1
          if left == 0 {
            left = channels.run
            channel = channel + 1 == channels.count ? 0 : channel + 1
          }
          guard element.isFinite else {
            notFinite += 1
            continue
          }
          sum += Double(element)
          squares += Double(element) * Double(element)
          if element.magnitude < threshold { nearZero += 1 }
          if element <= 0.05 { atMostFastaiThreshold += 1 }
          if element.magnitude > saturation { saturated += 1 }
          largestMagnitude = max(largestMagnitude, element.magnitude)
          let place = (element - bounds.lowerBound) * scale
          histogram[Int(min(max(place, 0), lastBin))] += 1
        }
      }
    }
    deadChannels = Set(highest.indices.filter { highest[$0] <= 0 })
    let count = Double(max(elements.count - notFinite, 1))
    mean = sum / count
    standardDeviation = max(squares / count - mean * mean, 0).squareRoot()
  }
}
