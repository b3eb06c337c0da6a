public import FoveaGraph

/// A convolution whose taps are moved by data, as torchvision's `deform_conv2d`: `[N, C, H, W] → [N, outChannels, H', W']`.
///
/// - Parameters:
///   - input: The image.
///   - offset: How far each tap moves down and to the right, `[N, offsetGroups · taps · 2, H', W']`; the number of groups
///     follows from the channels.
///   - weight: `[outChannels, C / groups, kernel, kernel]`; the number of groups follows from the channels.
///   - bias: `[outChannels]`.
///   - stride: Pixels from one position to the next.
///   - padding: Zeros around the image.
///   - dilation: Pixels from one tap to the next, before they move.
///   - mask: What each tap is multiplied by, `[N, offsetGroups · taps, H', W']`, as in version 2.
/// - SeeAlso: J. Dai et al., arXiv:1703.06211; X. Zhu et al., arXiv:1811.11168.
public func deformConv2d(
  _ input: SymbolicTensor, offset: SymbolicTensor, weight: SymbolicTensor,
  bias: SymbolicTensor? = nil, stride: Extent2d = 1, padding: Padding = 0, dilation: Extent2d = 1,
  mask: SymbolicTensor? = nil
) throws(GraphError) -> SymbolicTensor {
  let tracer = input.tracer
  for value in [input, offset, weight] where value.shape.rank != 4 {
    throw .operation(path: tracer.path, .rank("deformConv2d", expected: 4, actual: value.shape))
  }
  let filters = weight.shape
  let (rows, columns) = try WindowSettings(
    kernel: Extent2d(filters[2], filters[3]), stride: stride, padding: padding, dilation: dilation
  ).windows(tracer.path)
  let taps = rows.kernel * columns.kernel
  // What divides nothing is refused by the operations.
  let sampling = DeformableSampling(
    rows: rows, columns: columns, offsetGroups: offset.shape[1] / (2 * taps))
  let sampled = try tracer.append(sampling, [input, offset] + (mask.map { [$0] } ?? []))[0]
  let flat = try reshape(weight, [filters[0], filters[1] * taps, 1, 1])
  let convolution = FoveaGraph.Conv2d(
    rows: .pixel, columns: .pixel, groups: max(1, input.shape[1] / max(1, filters[1])))
  return try tracer.append(convolution, [sampled, flat] + (bias.map { [$0] } ?? []))[0]
}
