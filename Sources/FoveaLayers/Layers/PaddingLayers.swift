public import FoveaGraph

/// Pixels on each side of an image, in PyTorch's order; a negative number takes pixels away.
public struct SidePadding: Hashable, Sendable, ExpressibleByIntegerLiteral {
  /// Columns before the first.
  public let left: Int
  /// Columns after the last.
  public let right: Int
  /// Rows above the first.
  public let top: Int
  /// Rows below the last.
  public let bottom: Int

  /// A number for each side.
  public init(_ left: Int, _ right: Int, _ top: Int, _ bottom: Int) {
    self.left = left
    self.right = right
    self.top = top
    self.bottom = bottom
  }

  /// The same number on all sides.
  public init(_ all: Int) { self.init(all, all, all, all) }

  /// The same number on all sides.
  public init(integerLiteral value: Int) { self.init(value) }

  fileprivate func pad(_ input: SymbolicTensor, _ mode: Pad.Mode) throws(GraphError)
    -> SymbolicTensor
  {
    try FoveaLayers.pad(
      input, left: left, right: right, top: top, bottom: bottom, mode: mode)
  }
}

/// Zeros around an image: `[N, C, H, W] → [N, C, top + H + bottom, left + W + right]`.
public struct ZeroPad2d: Layer {
  /// Pixels on each side.
  public let padding: SidePadding

  /// Makes a layer: `ZeroPad2d(1)`, or `ZeroPad2d(SidePadding(1, 2, 0, 0))` for left, right, top, bottom.
  public init(_ padding: SidePadding) { self.padding = padding }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try padding.pad(input, .constant(0))
  }
}

/// An image mirrored at its outermost pixels, which are not repeated: `[N, C, H, W] → [N, C, top + H + bottom, left + W + right]`.
public struct ReflectionPad2d: Layer {
  /// Pixels on each side.
  public let padding: SidePadding

  /// Makes a layer: `ReflectionPad2d(1)`, or `ReflectionPad2d(SidePadding(1, 2, 0, 0))` for left, right, top, bottom.
  public init(_ padding: SidePadding) { self.padding = padding }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try padding.pad(input, .reflect)
  }
}

/// An image with its outermost pixels repeated: `[N, C, H, W] → [N, C, top + H + bottom, left + W + right]`.
public struct ReplicationPad2d: Layer {
  /// Pixels on each side.
  public let padding: SidePadding

  /// Makes a layer: `ReplicationPad2d(1)`, or `ReplicationPad2d(SidePadding(1, 2, 0, 0))` for left, right, top, bottom.
  public init(_ padding: SidePadding) { self.padding = padding }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try padding.pad(input, .replicate)
  }
}

/// An image that goes on where it ends with its other side: `[N, C, H, W] → [N, C, top + H + bottom, left + W + right]`.
public struct CircularPad2d: Layer {
  /// Pixels on each side.
  public let padding: SidePadding

  /// Makes a layer: `CircularPad2d(1)`, or `CircularPad2d(SidePadding(1, 2, 0, 0))` for left, right, top, bottom.
  public init(_ padding: SidePadding) { self.padding = padding }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try padding.pad(input, .circular)
  }
}

/// One number around an image: `[N, C, H, W] → [N, C, top + H + bottom, left + W + right]`.
public struct ConstantPad2d: Layer {
  /// Pixels on each side.
  public let padding: SidePadding
  /// What they are.
  public let value: Float

  /// Makes a layer.
  public init(_ padding: SidePadding, value: Float) {
    self.padding = padding
    self.value = value
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try padding.pad(input, .constant(value))
  }
}
