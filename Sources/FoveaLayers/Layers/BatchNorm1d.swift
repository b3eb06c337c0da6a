public import FoveaGraph

/// Batch normalisation of features `[N, C]`, or of signals `[N, C, L]`.
///
/// `BatchNorm2d` on the input as an image of one row; with its formulas, parameters and running
/// statistics.
public struct BatchNorm1d: Layer {
  private let base: BatchNorm2d

  /// Makes a layer; the defaults are PyTorch's.
  public init(
    epsilon: Float = 1e-5, momentum: Float = 0.1, affine: Bool = true,
    weightInitializer: Initializer = .constant(1)
  ) {
    base = BatchNorm2d(
      epsilon: epsilon, momentum: momentum, affine: affine, weightInitializer: weightInitializer)
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    guard 2...3 ~= input.shape.rank else {
      throw .operation(
        path: tracer.path, .rank("BatchNorm1d", expected: 2, actual: input.shape))
    }
    let row = Unsqueeze(axes: input.shape.rank == 2 ? [2, 3] : [2])
    let image = try tracer.append(row, [input])[0]
    return try tracer.append(FoveaGraph.Reshape(), [try base.forward(image), input])[0]
  }
}

/// Batch normalisation of volumes `[N, C, D, H, W]`.
///
/// `BatchNorm2d` on images of D rows; with its formulas, parameters and running statistics.
public struct BatchNorm3d: Layer {
  private let base: BatchNorm2d

  /// Makes a layer; the defaults are PyTorch's.
  public init(
    epsilon: Float = 1e-5, momentum: Float = 0.1, affine: Bool = true,
    weightInitializer: Initializer = .constant(1)
  ) {
    base = BatchNorm2d(
      epsilon: epsilon, momentum: momentum, affine: affine, weightInitializer: weightInitializer)
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    guard input.shape.rank == 5 else {
      throw .operation(
        path: tracer.path, .rank("BatchNorm3d", expected: 5, actual: input.shape))
    }
    let image = try tracer.append(FoveaGraph.Flatten(startAxis: 3), [input])[0]
    return try tracer.append(FoveaGraph.Reshape(), [try base.forward(image), input])[0]
  }
}
