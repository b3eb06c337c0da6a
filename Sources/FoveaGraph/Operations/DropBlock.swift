public import FoveaTensors

/// Sets squares of pixels of each channel to 0 at random, and scales the rest so that it keeps its sum's
/// expectation: `y = x · mask / mean(mask)`.
///
/// A square's corner falls on each place where the whole square fits with probability
/// `γ = probability · H · W / (side² · (H − side + 1) · (W − side + 1))`, where `side` is the block's size or the
/// image's smaller extent. Which ones depends on the run's seed and step, on `stream` and on the corner's place
/// in memory alone: so the gradient is the same operation with the same stream, and no mask is kept.
///
/// - SeeAlso: G. Ghiasi, T. Lin, Q. Le, *DropBlock*, arXiv:1810.12890.
public struct DropBlock: Operation {
  public static let typeName = "DropBlock"
  /// About the share of pixels that become 0.
  public let probability: Float
  /// Rows and columns of a square.
  public let blockSize: Int
  /// What tells this layer's choices from another's.
  public let stream: UInt64

  /// Makes the operation.
  public init(probability: Float, blockSize: Int, stream: UInt64) {
    self.probability = probability
    self.blockSize = blockSize
    self.stream = stream
  }

  /// How squares fall on an image.
  public struct Squares: Hashable, Sendable {
    /// Rows and columns of each.
    public let side: Int
    /// Where their first pixels may lie: `[N, C, H − side + 1, W − side + 1]`.
    public let corners: Shape
    /// The probability of a square at such a place.
    public let probability: Float
  }

  /// The squares that fall on images of a shape `[N, C, H, W]`.
  public func squares(on image: Shape) -> Squares {
    let (height, width) = (image[2], image[3])
    let side = min(blockSize, height, width)
    let corners: Shape = [image[0], image[1], height - side + 1, width - side + 1]
    let places = Double(corners[2]) * Double(corners[3]) * Double(side) * Double(side)
    let share = Double(height) * Double(width) / places
    return Squares(
      side: side, corners: corners, probability: Float(Double(probability) * share))
  }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    try expectImages(inputs[0])
    guard (0..<1).contains(probability) else {
      throw .setting(
        name, name: "probability", value: "\(probability)", allowed: "0 or more and below 1")
    }
    guard blockSize > 0 else {
      throw .setting(name, name: "blockSize", value: "\(blockSize)", allowed: "1 or more")
    }
    return inputs
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    [try builder.apply(self, try node.gradient(), path: node.path)]
  }
}
