public import FoveaGraph
import FoveaTensors

/// In training sets each element to 0 with some probability; passes everything on in inference.
///
/// - SeeAlso: N. Srivastava et al., JMLR 15 (2014) 1929–1958.
public struct Dropout: Layer {
  /// The probability of 0.
  public let probability: Float

  /// Makes a layer.
  public init(_ probability: Float = 0.5) { self.probability = probability }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try dropout(input, probability, sharedAxes: [])
  }
}

/// In training leaves out the branch of a residual for some images: stochastic depth, by rows of the batch.
///
/// Each image of the batch is set to 0 with the probability, and else divided by what is left of 1.
/// Inference passes everything on, and so does probability 0.
///
/// - SeeAlso: G. Huang et al., *Deep Networks with Stochastic Depth*, arXiv:1603.09382.
public struct DropPath: Layer {
  /// The probability of 0.
  public let probability: Float

  /// Makes a layer.
  public init(_ probability: Float) { self.probability = probability }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try dropout(input, probability, sharedAxes: Array(input.shape.dimensions.indices.dropFirst()))
  }
}

/// In training sets whole channels of each image to 0 with some probability: `[N, C, H, W]`.
///
/// - SeeAlso: J. Tompson et al., arXiv:1411.4280.
public struct Dropout2d: Layer {
  /// The probability of 0.
  public let probability: Float

  /// Makes a layer.
  public init(_ probability: Float = 0.5) { self.probability = probability }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    _ = try input.tracer.expectChannels(of: input, nil, for: "Dropout2d")
    return try dropout(input, probability, sharedAxes: [2, 3])
  }
}

/// In training sets squares of pixels of each channel to 0, and scales the rest: `[N, C, H, W]`.
///
/// Neighbouring pixels say much the same, so that what a single one held is not gone before its neighbours
/// are. Inference passes everything on, and so does probability 0.
///
/// - SeeAlso: G. Ghiasi, T. Lin, Q. Le, arXiv:1810.12890.
public struct DropBlock: Layer {
  /// About the share of pixels that become 0.
  public let probability: Float
  /// Rows and columns of a square.
  public let blockSize: Int

  /// Makes a layer; `blockSize` is the paper's.
  public init(_ probability: Float = 0.1, blockSize: Int = 7) {
    self.probability = probability
    self.blockSize = blockSize
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    guard tracer.mode == .training, probability != 0 else { return input }
    let operation = FoveaGraph.DropBlock(
      probability: probability, blockSize: blockSize,
      stream: RandomStream(seed: 0, named: tracer.path).stream)
    return try tracer.append(operation, [input])[0]
  }
}

/// Sets elements to 0 in training, with a choice for all along some axes.
func dropout(_ input: SymbolicTensor, _ probability: Float, sharedAxes: [Int])
  throws(GraphError) -> SymbolicTensor
{
  let tracer = input.tracer
  guard tracer.mode == .training, probability != 0 else { return input }
  let stream = RandomStream(seed: 0, named: tracer.path).stream
  let dropout = FoveaGraph.Dropout(
    probability: probability, stream: stream, sharedAxes: sharedAxes)
  return try tracer.append(dropout, [input])[0]
}
