extension Window {
  /// The extents on which the window takes `count` positions, without `ceilMode`; `nil` where there are none.
  ///
  /// Several share a count where the stride is above 1: the remainder is left out at the end. The first one is what a
  /// transposed convolution makes of `count` pixels, the next ones what it makes with output padding.
  ///
  /// - Parameter count: From 1 to `Window.largest`.
  public func extents(forPositions count: Int) -> ClosedRange<Int>? {
    guard 1...Self.largest ~= count else { return nil }
    let smallest = (count - 1) * stride + reach - padding.before - padding.after
    let largest = smallest + stride - 1
    return largest < 1 ? nil : max(smallest, 1)...largest
  }

  /// This window with the least padding that takes `⌈extent / stride⌉` positions, an odd pixel of it at the end.
  ///
  /// With stride 1 this is `same` of PyTorch and TensorFlow alike; with a larger one it is TensorFlow's, and PyTorch
  /// has none.
  public func paddedToKeep(_ extent: Int) throws(OperationError) -> Window {
    let count = (extent + stride - 1) / stride
    let total = max(0, (count - 1) * stride + reach - extent)
    return try with(Padding(before: total / 2, after: total - total / 2))
  }

  /// This window with the most padding of which each position still sees a pixel.
  public func paddedInFull() throws(OperationError) -> Window { try with(Padding(reach - 1)) }

  /// This window with other padding.
  public func with(_ padding: Padding) throws(OperationError) -> Window {
    try Window(
      kernel: kernel, stride: stride, dilation: dilation, padding: padding, ceilMode: ceilMode)
  }
}
