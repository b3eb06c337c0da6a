public import FoveaGraph
public import FoveaTensors

/// A network as it travels between programs: its graph, its weights, and what one must know to use it.
public struct PortableModel: Sendable {
  /// The network as it answers.
  public var graph: Graph
  /// A tensor for each variable of the graph.
  public var weights: Weights
  /// What the numbers going in and coming out mean, and where the network comes from.
  public var information: ModelInformation

  /// Joins a graph with its weights.
  public init(graph: Graph, weights: Weights, information: ModelInformation = ModelInformation()) {
    self.graph = graph
    self.weights = weights
    self.information = information
  }
}

/// What the numbers going into a network and coming out of it mean, and where it comes from.
public struct ModelInformation: Hashable, Codable, Sendable {
  /// The network's name.
  public var name = ""
  /// How an image becomes the network's input; `nil` where nobody has said.
  public var preprocessing: Preprocessing?
  /// The name of each class, by its index.
  public var labels: [String] = []
  /// What turns the output into an answer.
  public var postprocessing = Postprocessing.none
  /// How it was trained, each setting by its name.
  public var recipe: [String: String] = [:]
  /// What was measured after training, by name.
  public var metrics: [String: Double] = [:]
  /// What the network was compared with when it was written.
  public var evidence: [ParityEvidence] = []

  /// Knows nothing yet.
  public init() {}
}

/// How an image becomes the input of a network.
public struct Preprocessing: Hashable, Codable, Sendable {
  /// How values between pixels are found.
  public enum Interpolation: String, Hashable, Codable, Sendable, CaseIterable {
    /// Pixels as they are.
    case nearest
    /// Between the four nearest.
    case bilinear
    /// Between the sixteen nearest.
    case bicubic
  }

  /// The shorter side after resizing, in pixels; `nil` where images keep their size.
  public var resizedShorterSide: Int?
  /// How images are resized.
  public var interpolation = Interpolation.bilinear
  /// Height and width that are cut from the centre, in pixels; `nil` where nothing is cut.
  public var centerCrop: [Int]?
  /// What values are divided by first; by 255, of bytes, where left out.
  public var unit: Float?
  /// The least and the largest of the values before that; 0 and 255 where left out.
  public var range: [Float]?
  /// What is taken from each channel after that.
  public var mean: [Float]
  /// What each channel is divided by after that.
  public var deviation: [Float]

  /// Normalises the channels of images that are not resized.
  public init(mean: [Float], deviation: [Float]) {
    self.mean = mean
    self.deviation = deviation
  }
}

/// What turns a network's output into an answer.
public enum Postprocessing: String, Hashable, Codable, Sendable, CaseIterable {
  /// The numbers as they are.
  case none
  /// Probabilities that add to 1 over the classes.
  case softmax
  /// A probability for each class by itself.
  case sigmoid
}

/// What came of comparing a network with the one that it was made from.
public struct ParityEvidence: Hashable, Codable, Sendable {
  /// What was compared, such as `ONNX file against the graph`.
  public var comparison: String
  /// What went in: `random` or the name of a dataset.
  public var inputs: String
  /// The number of inputs.
  public var count: Int
  /// The largest difference between outputs.
  public var largestDifference: Double
  /// The largest magnitude of an output, which differences are to be seen against.
  public var largestOutput: Double
  /// The share of inputs with the same best class, 0 to 1.
  public var topOneAgreement: Double
  /// The time of one input in the network over its time in the source; `nil` where not measured.
  public var relativeTime: Double?

  /// States what was found.
  public init(
    comparison: String, inputs: String, count: Int, largestDifference: Double,
    largestOutput: Double, topOneAgreement: Double, relativeTime: Double? = nil
  ) {
    self.comparison = comparison
    self.inputs = inputs
    self.count = count
    self.largestDifference = largestDifference
    self.largestOutput = largestOutput
    self.topOneAgreement = topOneAgreement
    self.relativeTime = relativeTime
  }
}
