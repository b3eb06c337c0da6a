/// The order in which a tensor's elements lie in memory.
///
/// It never changes what an index means.
public enum MemoryOrder: String, Hashable, Codable, Sendable {
  /// The last axis is the densest: NCHW for an image batch, as PyTorch and files have it.
  case rowMajor
  /// Axis 1 is the densest: NHWC in memory for an `[N, C, H, W]` shape, as the kernels have it.
  /// Means the same as `rowMajor` for every rank but 4.
  case channelsLast

  /// Distances between neighbours along each axis of `shape`, in elements.
  public func strides(of shape: Shape) -> [Int] {
    guard self == .channelsLast, shape.rank == 4 else { return shape.rowMajorStrides }
    let (channels, height, width) = (shape[1], shape[2], shape[3])
    return [channels * height * width, 1, width * channels, channels]
  }

  /// Whether both orders put every element of `shape` at the same place.
  public static func coincide(for shape: Shape) -> Bool {
    shape.rank != 4 || shape[1] == 1 || shape[2] * shape[3] == 1 || shape.elementCount == 0
  }
}
