/// A window that slides along one axis: the only place that knows convolution arithmetic.
///
/// - SeeAlso: V. Dumoulin and F. Visin, *A guide to convolution arithmetic for deep learning*,
///   arXiv:1603.07285.
public struct Window: Hashable, Sendable {
  /// Zeros that a window may slide over before and after an axis, in pixels.
  public struct Padding: Hashable, Codable, Sendable {
    /// Pixels before the first (top or left).
    public let before: Int
    /// Pixels after the last (bottom or right).
    public let after: Int

    /// Pads each side by its own amount.
    public init(before: Int, after: Int) {
      self.before = before
      self.after = after
    }

    /// Pads both sides alike.
    public init(_ both: Int) { self.init(before: both, after: both) }
  }

  /// Taps along the axis.
  public let kernel: Int
  /// Pixels from one position to the next.
  public let stride: Int
  /// Pixels from one tap to the next; 1 leaves no holes.
  public let dilation: Int
  /// Padding at both ends.
  public let padding: Padding
  /// Whether a last position that hangs over the end counts (pooling's `ceil_mode`).
  public let ceilMode: Bool

  /// The window that sees its own pixel alone.
  public static let pixel = Window()

  private init() {
    kernel = 1
    stride = 1
    dilation = 1
    padding = Padding(0)
    ceilMode = false
  }

  /// The largest kernel, stride, dilation or padding that is taken, so that no product overflows.
  public static let largest = 1 << 20

  /// Makes a window.
  ///
  /// - Throws: `OperationError.window` where kernel, stride or dilation is below 1, the padding is
  ///   negative, or one of them passes `largest`.
  public init(
    kernel: Int, stride: Int = 1, dilation: Int = 1, padding: Padding = Padding(0),
    ceilMode: Bool = false
  ) throws(OperationError) {
    let positive = [kernel, stride, dilation]
    let all = positive + [padding.before, padding.after]
    guard positive.allSatisfy({ $0 > 0 }), all.allSatisfy({ 0...Self.largest ~= $0 }) else {
      throw .window(kernel: kernel, stride: stride, dilation: dilation, padding: padding)
    }
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.padding = padding
    self.ceilMode = ceilMode
  }

  /// Pixels from the first tap to the last, both counted: `dilation · (kernel − 1) + 1`.
  public var reach: Int { dilation * (kernel - 1) + 1 }

  /// How many positions the window takes on `extent` pixels, or `nil` where it does not fit.
  ///
  /// `⌊(extent + before + after − reach) / stride⌋ + 1`; with `ceilMode` the quotient is rounded up,
  /// but a position that would start in the padding after the last pixel is dropped, as in PyTorch.
  public func positions(on extent: Int) -> Int? {
    let slack = extent + padding.before + padding.after - reach
    guard slack >= 0 else { return nil }
    guard ceilMode else { return slack / stride + 1 }
    let rounded = (slack + stride - 1) / stride + 1
    return (rounded - 1) * stride >= extent + padding.before ? rounded - 1 : rounded
  }

  /// Pixels at the end of `extent` (padding included) that no position reaches.
  public func unusedPixels(on extent: Int) -> Int {
    guard let positions = positions(on: extent) else { return 0 }
    let used = (positions - 1) * stride + reach
    return max(0, extent + padding.before + padding.after - used)
  }
}

extension Window: Codable {
  private enum CodingKeys: CodingKey { case kernel, stride, dilation, padding, ceilMode }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      kernel: values.decode(Int.self, forKey: .kernel),
      stride: values.decode(Int.self, forKey: .stride),
      dilation: values.decode(Int.self, forKey: .dilation),
      padding: values.decode(Padding.self, forKey: .padding),
      ceilMode: values.decode(Bool.self, forKey: .ceilMode))
  }
}
