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
      self.init(rows, columns, groups: operation.groupsOfConvolution, isTransposed: false)
    case .transposedWindows(let rows, let columns):
      self.init(rows, columns, groups: operation.groupsOfConvolution, isTransposed: true)
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

extension Operation {
  /// The groups of a convolution of images or signals, transposed or not; `nil` for other operations.
  var groupsOfConvolution: Int? {
    switch self {
    case let convolution as Conv2d: convolution.groups
    case let convolution as Conv1d: convolution.groups
    case let transposed as ConvTranspose2d: transposed.groups
    case let transposed as ConvTranspose1d: transposed.groups
    case let transposed as Conv2dInputGradient: transposed.convolution.groups
    default: nil
    }
  }

  /// Whether it is a convolution of images or signals that is not transposed.
  var isConvolution: Bool { self is Conv2d || self is Conv1d }
}
