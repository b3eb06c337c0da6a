public import FoveaGraph
import FoveaTensors

/// What the small kernel of a Kronecker convolution is.
public enum KroneckerFactor: Hashable, Sendable {
  /// A parameter `factor` of this size, which all filters share.
  case learnt(Extent2d)
  /// A one at the top left, and zeros: the convolution is dilated by the size.
  case dilation(Extent2d)

  /// The size.
  public var extent: Extent2d {
    switch self {
    case .learnt(let extent), .dilation(let extent): extent
    }
  }
}

/// Convolves with the Kronecker product of two small kernels: `[N, C, H, W] → [N, outChannels, H', W']`.
///
/// Filter `(o, i)` is `weight[o, i] ⊗ B`: each tap of `weight` is replaced by itself times `B`. So a filter reaches
/// over `kernel · factor` pixels with the numbers of `kernel` alone. The product is made in the graph, and an ordinary
/// convolution runs. Parameters are `weight` `[outChannels, inChannels / groups, kernel, kernel]`, `factor`
/// where `B` is learnt, and `bias` `[outChannels]`. With `B = [[1, 0, …], …]` it is a dilated convolution, whose last
/// taps are followed by zeros.
///
/// - SeeAlso: T. Wu et al., *Tree-structured Kronecker Convolutional Network for Semantic Segmentation*,
///   arXiv:1812.04945.
public struct KroneckerConv2d: Layer {
  /// Filters, and so channels that go out.
  public let outChannels: Int
  /// Taps of the large factor.
  public let kernel: Extent2d
  /// The small factor.
  public let factor: KroneckerFactor
  /// Pixels from one position to the next.
  public let stride: Extent2d
  /// How the image is padded.
  public let padding: Padding
  /// Channels are cut into this many groups, each convolved by itself.
  public let groups: Int
  /// Whether each filter adds a number of its own.
  public let bias: Bool

  /// Makes a convolution with the input channels inferred.
  public init(
    _ outChannels: Int, kernel: Extent2d, factor: KroneckerFactor, stride: Extent2d = 1,
    padding: Padding = 0, groups: Int = 1, bias: Bool = true
  ) {
    self.outChannels = outChannels
    self.kernel = kernel
    self.factor = factor
    self.stride = stride
    self.padding = padding
    self.groups = groups
    self.bias = bias
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    let small = factor.extent
    let extents = [kernel.height, kernel.width, small.height, small.width]
    guard extents.allSatisfy({ 1...1024 ~= $0 }) else {
      throw .operation(
        path: tracer.path,
        .setting("KroneckerConv2d", name: "kernels", value: "\(extents)", allowed: "1 to 1024"))
    }
    let channels = try tracer.expectChannels(of: input, nil, for: "KroneckerConv2d")
    try tracer.expectGroups(groups, dividing: channels, and: outChannels)
    let windows = try WindowSettings(
      kernel: Extent2d(kernel.height * small.height, kernel.width * small.width),
      stride: stride, padding: padding
    ).windows(tracer.path)
    let shape = [outChannels, channels / groups, kernel.height, kernel.width]
    let weight = try tracer.parameter("weight", shape, .pytorchDefault)
    let dense = try kroneckerProduct(
      weight, try smallFactor(tracer), size: small, pairs: [outChannels, channels / groups])
    let convolution = FoveaGraph.Conv2d(
      rows: windows.rows, columns: windows.columns, groups: groups)
    guard bias else { return try tracer.append(convolution, [input, dense])[0] }
    let fanIn = shape.dropFirst().reduce(1, *)
    let bias = try tracer.parameter("bias", [outChannels], .pytorchBias(fanIn: fanIn))
    return try tracer.append(convolution, [input, dense, bias])[0]
  }

  private func smallFactor(_ tracer: Tracer) throws(GraphError) -> SymbolicTensor {
    let (height, width) = (factor.extent.height, factor.extent.width)
    switch factor {
    case .learnt: return try tracer.parameter("factor", [height, width], .pytorchDefault)
    case .dilation:
      let one = try tracer.append(Constant(1, shape: [1]), [])[0]
      let places = [0] + Array(repeating: Int32(-1), count: height * width - 1)
      return try tracer.taking(one, from: [1], to: [height, width], places: places)
    }
  }

  /// `weight[o, i] ⊗ factor` for all pairs of filters and channels.
  private func kroneckerProduct(
    _ weight: SymbolicTensor, _ factor: SymbolicTensor, size: Extent2d, pairs: [Int]
  ) throws(GraphError) -> SymbolicTensor {
    let tracer = weight.tracer
    let taps = try tracer.append(
      FoveaGraph.Reshape([pairs[0] * pairs[1], kernel.height, 1, kernel.width, 1]), [weight])[0]
    let small = try tracer.append(
      FoveaGraph.Reshape([1, 1, size.height, 1, size.width]), [factor])[0]
    return try tracer.append(
      FoveaGraph.Reshape(pairs + [kernel.height * size.height, kernel.width * size.width]),
      [try taps * small])[0]
  }
}

extension Tracer {
  /// Takes elements by a constant table; what is wrong with it is thrown under the layer's path.
  func taking(
    _ input: SymbolicTensor, from source: [Int], to result: [Int], places: [Int32]
  ) throws(GraphError) -> SymbolicTensor {
    guard let source = Shape(checking: source), let result = Shape(checking: result) else {
      throw .operation(path: path, .tooLarge("TakeElements"))
    }
    let operation: TakeElements
    do {
      operation = try TakeElements(from: source, to: result, places: places)
    } catch {
      throw .operation(path: path, error)
    }
    return try append(operation, [input])[0]
  }
}
