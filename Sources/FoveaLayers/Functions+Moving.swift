public import FoveaGraph

// Functions that move elements, and change none but by interpolation.

/// The axes in another order: axis `i` of the result is axis `axes[i]` of the input.
public func permute(_ input: SymbolicTensor, axes: [Int]) throws(GraphError) -> SymbolicTensor {
  try input.tracer.append(FoveaGraph.Permute(axes: axes), [input])[0]
}

/// The same elements under another shape; one extent may be -1, to be inferred.
///
/// With -1 as the batch the network takes batches of any size.
public func reshape(_ input: SymbolicTensor, _ shape: [Int]) throws(GraphError) -> SymbolicTensor {
  try input.tracer.append(FoveaGraph.Reshape(shape), [input])[0]
}

/// Blocks of `factor` × `factor` pixels from channels: `[N, C·r², H, W] → [N, C, H·r, W·r]`.
public func pixelShuffle(_ input: SymbolicTensor, factor: Int) throws(GraphError) -> SymbolicTensor
{
  try input.tracer.append(FoveaGraph.PixelShuffle(factor: factor), [input])[0]
}

/// Channels from blocks of `factor` × `factor` pixels: `[N, C, H·r, W·r] → [N, C·r², H, W]`.
public func pixelUnshuffle(_ input: SymbolicTensor, factor: Int) throws(GraphError)
  -> SymbolicTensor
{
  try input.tracer.append(FoveaGraph.PixelUnshuffle(factor: factor), [input])[0]
}

/// The channels of `groups` groups, dealt out in turns.
public func channelShuffle(_ input: SymbolicTensor, groups: Int) throws(GraphError)
  -> SymbolicTensor
{
  try input.tracer.append(FoveaGraph.ChannelShuffle(groups: groups), [input])[0]
}

/// Elements put before and after rows and columns, or taken away where a number is negative.
///
/// In PyTorch's order: left, right, top, bottom.
public func pad(
  _ input: SymbolicTensor, left: Int, right: Int, top: Int, bottom: Int,
  mode: Pad.Mode = .constant(0)
) throws(GraphError) -> SymbolicTensor {
  let amounts = [
    Pad.Amount(before: top, after: bottom), Pad.Amount(before: left, after: right),
  ]
  return try input.tracer.append(Pad(amounts, mode: mode), [input])[0]
}

/// How pixels between those of an image are made, under PyTorch's names.
public enum InterpolationMode: String, Hashable, Codable, Sendable, CaseIterable {
  /// The pixel at `⌊i · H / H'⌋`.
  case nearest
  /// The pixel nearest to the centre, `⌊(i + 1/2) · H / H'⌋`.
  case nearestExact = "nearest-exact"
  /// Two neighbours along each axis, by distance; on other ranks than images PyTorch's `linear` and `trilinear`.
  case bilinear
  /// Four neighbours along each axis, by cubic polynomials.
  case bicubic

  func resize(to target: Resize.Target, alignCorners: Bool, antialias: Bool) -> Resize {
    let smooth: Resize.Coordinates = alignCorners ? .alignCorners : .halfPixel
    return switch self {
    case .nearest:
      Resize(
        to: target, interpolation: .nearest(.floor), coordinates: .asymmetric, antialias: antialias)
    case .nearestExact:
      Resize(to: target, interpolation: .nearest(.roundPreferCeil), antialias: antialias)
    case .bilinear:
      Resize(
        to: target, interpolation: .linear, coordinates: smooth, antialias: antialias,
        excludesOutside: antialias)
    case .bicubic:
      // With antialias PyTorch follows Pillow, which has another coefficient.
      Resize(
        to: target, interpolation: .cubic(antialias ? -0.5 : -0.75), coordinates: smooth,
        antialias: antialias, excludesOutside: antialias)
    }
  }
}

/// An image resized to `size`: `[N, C, H, W] → [N, C, size.height, size.width]`.
///
/// - Parameters:
///   - alignCorners: Whether the centres of the corner pixels stay in the corners; not for nearest pixels.
///   - antialias: Whether shrinking averages over all pixels that one of the result stands for; for bilinear and
///     bicubic interpolation.
public func interpolate(
  _ input: SymbolicTensor, size: Extent2d, mode: InterpolationMode = .nearest,
  alignCorners: Bool = false, antialias: Bool = false
) throws(GraphError) -> SymbolicTensor {
  try interpolate(
    input, to: .sizes([size.height, size.width]), mode, alignCorners: alignCorners,
    antialias: antialias)
}

/// All axes behind the channels enlarged by a factor, each to `⌊extent · factor⌋`.
///
/// - Parameters:
///   - alignCorners: Whether the centres of the corner pixels stay in the corners; not for nearest pixels.
///   - antialias: Whether shrinking averages over all pixels that one of the result stands for; for bilinear and
///     bicubic interpolation.
public func interpolate(
  _ input: SymbolicTensor, scaleFactor: Double, mode: InterpolationMode = .nearest,
  alignCorners: Bool = false, antialias: Bool = false
) throws(GraphError) -> SymbolicTensor {
  let scales = Array(repeating: scaleFactor, count: max(0, input.shape.rank - 2))
  return try interpolate(
    input, to: .scales(scales), mode, alignCorners: alignCorners, antialias: antialias)
}

private func interpolate(
  _ input: SymbolicTensor, to target: Resize.Target, _ mode: InterpolationMode, alignCorners: Bool,
  antialias: Bool
) throws(GraphError) -> SymbolicTensor {
  if alignCorners, mode == .nearest || mode == .nearestExact {
    throw .operation(
      path: input.tracer.path,
      .setting(
        "Resize", name: "align corners", value: mode.rawValue,
        allowed: "bilinear or bicubic with it"))
  }
  let resize = mode.resize(to: target, alignCorners: alignCorners, antialias: antialias)
  return try input.tracer.append(resize, [input])[0]
}
