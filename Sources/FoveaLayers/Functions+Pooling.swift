public import FoveaGraph
import FoveaTensors

// Functions of pooling that are more than one operation, or give back more than one value.

/// The largest value under each window, and where it lies: `row · W + column` in its channel's plane, as int32.
///
/// `maxUnpool2d` puts values back to such places.
public func maxPool2dWithIndices(
  _ input: SymbolicTensor, kernel: Extent2d, stride: Extent2d? = nil, padding: Padding = 0,
  dilation: Extent2d = 1, ceilMode: Bool = false
) throws(GraphError) -> (values: SymbolicTensor, indices: SymbolicTensor) {
  let window = WindowSettings(
    kernel: kernel, stride: stride ?? kernel, padding: padding, dilation: dilation,
    ceilMode: ceilMode)
  let (rows, columns) = try window.windows(input.tracer.path)
  let pooling = FoveaGraph.MaxPool2d(rows: rows, columns: columns)
  let values = try input.tracer.append(pooling, [input])[0]
  return (values, try input.tracer.append(MaxPool2dIndices(pooling: pooling), [input])[0])
}

/// Values put back to where a pooling with the same window took them from, among zeros.
///
/// - Parameter like: A value of the wanted height and width, such as what was pooled; where left out, the smallest
///   size that the windows fit on that often.
public func maxUnpool2d(
  _ values: SymbolicTensor, indices: SymbolicTensor, kernel: Extent2d, stride: Extent2d? = nil,
  padding: Padding = 0, like: SymbolicTensor? = nil
) throws(GraphError) -> SymbolicTensor {
  let window = WindowSettings(kernel: kernel, stride: stride ?? kernel, padding: padding)
  let (rows, columns) = try window.windows(values.tracer.path)
  let inputs = [values, indices] + (like.map { [$0] } ?? [])
  return try values.tracer.append(MaxUnpool2d(rows: rows, columns: columns), inputs)[0]
}

/// The power mean without division under each window: `(Σ xᵖ)^(1/p)` for the norm p.
///
/// As in PyTorch the result is 0 where the sum is negative, and the gradient is not a number where it is 0.
///
/// - Parameter norm: A whole number of 1 or more.
public func lpPool2d(
  _ input: SymbolicTensor, norm: Int, kernel: Extent2d, stride: Extent2d? = nil,
  ceilMode: Bool = false
) throws(GraphError) -> SymbolicTensor {
  let tracer = input.tracer
  guard 1...LpPool2d.largestNorm ~= norm else {
    throw .operation(
      path: tracer.path,
      .setting(
        "LpPool2d", name: "norm", value: "\(norm)", allowed: "1 to \(LpPool2d.largestNorm)"))
  }
  var power = input
  for _ in 1..<norm { power = try multiply(power, input) }
  let mean = try AvgPool2d(kernel: kernel, stride: stride, ceilMode: ceilMode).forward(power)
  let count = Float(kernel.height * kernel.width)
  let sum = try tracer.append(Scale(count, shift: 0), [mean])[0]
  if norm == 1 { return try relu(sum) }
  let positive = try relu(sum)
  if norm == 2 { return try tracer.append(Unary(.sqrt), [positive])[0] }
  let logarithm = try tracer.append(Unary(.log), [positive])[0]
  let scaled = try tracer.append(Scale(1 / Float(norm), shift: 0), [logarithm])[0]
  return try tracer.append(Unary(.exp), [scaled])[0]
}

/// Blurs by a binomial filter, then takes every `stride`-th pixel.
public func blurPool2d(_ input: SymbolicTensor, filterSize: Int = 4, stride: Int = 2)
  throws(GraphError) -> SymbolicTensor
{
  try input.tracer.append(
    FoveaGraph.BlurPool2d(filterSize: filterSize, stride: stride), [input])[0]
}

extension SymbolicTensor {
  /// The same elements, behind the batch in these extents; the batch may have any size.
  func reshaped(_ extents: Int...) throws(GraphError) -> SymbolicTensor {
    try tracer.append(FoveaGraph.Reshape([-1] + extents), [self])[0]
  }

  /// Throws unless there are as many axes as an operation takes.
  func expectRank(_ rank: Int, for operation: String) throws(GraphError) {
    guard shape.rank == rank else {
      throw .operation(path: tracer.path, .rank(operation, expected: rank, actual: shape))
    }
    guard shape.elementCount > 0 else {
      throw .operation(path: tracer.path, .empty(operation, actual: shape))
    }
  }

  /// Applies `pool` to a row of pixels in place of a line: `[N, C, L] → [N, C, L']`.
  func pooledAsRow(_ operation: String, _ pool: some Layer) throws(GraphError) -> SymbolicTensor {
    try expectRank(3, for: operation)
    let channels = shape[1]
    let row = try pool.forward(try reshaped(channels, 1, shape[2]))
    return try row.reshaped(channels, row.shape[3])
  }

  /// Applies one pooling to each slice and another across slices: `[N, C, D, H, W] → [N, C, D', H', W']`.
  func pooledBySlices(_ operation: String, _ plane: some Layer, _ depth: some Layer)
    throws(GraphError) -> SymbolicTensor
  {
    try expectRank(5, for: operation)
    let (channels, slices) = (shape[1], shape[2])
    let flat = try plane.forward(try reshaped(channels * slices, shape[3], shape[4]))
    let (height, width) = (flat.shape[2], flat.shape[3])
    let deep = try depth.forward(try flat.reshaped(channels, slices, height * width))
    return try deep.reshaped(channels, deep.shape[2], height, width)
  }
}
