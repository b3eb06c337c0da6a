public import FoveaTensors

/// The largest value under windows at uneven distances, which random numbers settle.
///
/// Inputs: image `[N, C, H, W]`, samples `[N, C, 2]` in 0 up to 1, the second for rows. Result:
/// `[N, C, height, width]`. With `α = (H − kernel) / (height − 1)` window `i` of all but the last, which ends at the
/// edge, starts at `⌊(i + u) · α⌋ − ⌊u · α⌋` for the sample u: PyTorch's `fractional_max_pool2d`.
///
/// - SeeAlso: B. Graham, *Fractional Max-Pooling*, arXiv:1412.6071.
public struct FractionalMaxPool2d: Operation {
  /// How many windows there are along height and width.
  public enum Target: Hashable, Codable, Sendable {
    /// So many.
    case size(height: Int, width: Int)
    /// This share of the pixels, rounded down.
    case ratio(height: Double, width: Double)
  }

  public static let typeName = "FractionalMaxPool2d"
  /// Rows of a window.
  public let kernelHeight: Int
  /// Columns of a window.
  public let kernelWidth: Int
  /// How many windows there are.
  public let target: Target

  /// Makes a pooling.
  public init(kernelHeight: Int, kernelWidth: Int, target: Target) {
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.target = target
  }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(2...2, inputs)
    let image = inputs[0]
    try expectImages(image)
    guard inputs[1].dimensions == [image[0], image[1], 2] else {
      throw .shape(name, input: "samples", expected: [image[0], image[1], 2], actual: inputs[1])
    }
    let (height, width) = try extents(of: image)
    for (kernel, made, extent) in [
      (kernelHeight, height, image[2]), (kernelWidth, width, image[3]),
    ] {
      // Float32 counts positions, as PyTorch does.
      guard extent <= ResamplingTable.largestExtent, 1...extent ~= kernel,
        1...extent - kernel + 1 ~= made
      else {
        throw .setting(
          name, name: "windows", value: "\(made) of \(kernel) pixels on \(extent)",
          allowed: "a kernel that fits, and 1 to extent − kernel + 1 windows")
      }
    }
    return [[image[0], image[1], height, width]]
  }

  private func extents(of image: Shape) throws(OperationError) -> (height: Int, width: Int) {
    switch target {
    case .size(let height, let width): return (height, width)
    case .ratio(let height, let width):
      guard let rows = Int(exactly: (Double(image[2]) * height).rounded(.down)),
        let columns = Int(exactly: (Double(image[3]) * width).rounded(.down))
      else {
        throw .setting(
          name, name: "ratio", value: "\(height)×\(width)", allowed: "numbers between 0 and 1")
      }
      return (rows, columns)
    }
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(
      otherOperations: [kernelHeight, kernelWidth].reduce(
        outputs[0].elementCount, saturatingProduct))
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let gradient = FractionalMaxPool2dGradient(pooling: self)
    return [
      try builder.apply(
        gradient, node.inputs[0], node.inputs[1], try node.gradient(), path: node.path), nil,
    ]
  }
}

/// The gradient of fractional max-pooling: each window's gradient goes to its first largest pixel.
///
/// Inputs: image, samples, output gradient. Result: the image's shape.
public struct FractionalMaxPool2dGradient: Operation {
  public static let typeName = "FractionalMaxPool2dGradient"
  /// The pooling that is differentiated.
  public let pooling: FractionalMaxPool2d

  /// Differentiates `pooling`.
  public init(pooling: FractionalMaxPool2d) { self.pooling = pooling }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(3...3, inputs)
    try expectGradient(
      inputs[2], of: pooling.outputShapes(for: Array(inputs.prefix(2)))[0])
    return [inputs[0]]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    pooling.cost(inputs: inputs, outputs: [inputs[2]])
  }
}

/// Random numbers in 0 up to 1, in another draw each run.
///
/// Input: a value for its shape. Result: its first `leadingAxes` extents and then `extents`. The numbers depend on the
/// run's seed and step, on `stream` and on the element's place in memory alone.
public struct RandomUniform: Operation {
  public static let typeName = "RandomUniform"
  /// Axes of the input that the result has as well, such as the batch.
  public let leadingAxes: Int
  /// The extents behind them.
  public let extents: [Int]
  /// What tells these numbers from another operation's.
  public let stream: UInt64

  /// Makes the operation.
  public init(leadingAxes: Int, extents: [Int], stream: UInt64) {
    self.leadingAxes = leadingAxes
    self.extents = extents
    self.stream = stream
  }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }
  public func readsElements(ofInput index: Int) -> Bool { false }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    guard 0...inputs[0].rank ~= leadingAxes else {
      throw .setting(
        name, name: "leading axes", value: "\(leadingAxes)", allowed: "0 to \(inputs[0].rank)")
    }
    guard let output = Shape(checking: inputs[0].dimensions.prefix(leadingAxes) + extents) else {
      throw .tooLarge(name)
    }
    return [output]
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    [nil]
  }
}
