import FoveaGraph

/// How a layer's window slides, along the height and the width.
public struct LayerWindow: Hashable, Codable, Sendable {
  /// Taps along each axis.
  public let kernel: [Int]
  /// Pixels from one position to the next; of a transposed convolution, of its results.
  public let stride: [Int]
  /// Zeros before and after each axis: top, bottom, left, right.
  public let padding: [Int]
  /// Pixels from one tap to the next.
  public let dilation: [Int]
  /// The groups that channels are cut into; `nil` for pooling.
  public let groups: Int?
  /// Whether it is a transposed convolution.
  public let isTransposed: Bool

  init?(of operation: any Operation, reach: SpatialReach) {
    switch reach {
    case .windows(let rows, let columns):
      self.init(rows, columns, groups: (operation as? Conv2d)?.groups, isTransposed: false)
    case .transposedWindows(let rows, let columns):
      let groups =
        (operation as? ConvTranspose2d)?.groups
        ?? (operation as? Conv2dInputGradient)?.convolution.groups
      self.init(rows, columns, groups: groups, isTransposed: true)
    default: return nil
    }
  }

  private init(_ rows: Window, _ columns: Window, groups: Int?, isTransposed: Bool) {
    kernel = [rows.kernel, columns.kernel]
    stride = [rows.stride, columns.stride]
    padding = [rows.padding, columns.padding].flatMap { [$0.before, $0.after] }
    dilation = [rows.dilation, columns.dilation]
    self.groups = groups
    self.isTransposed = isTransposed
  }
}
