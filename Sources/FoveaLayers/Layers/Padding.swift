import FoveaGraph

/// How an image is padded.
public enum Padding: Hashable, Sendable, ExpressibleByIntegerLiteral {
  /// The same number of pixels on all four sides.
  case all(Int)
  /// A number for height (top and bottom) and one for width (left and right).
  case symmetric(Int, Int)
  /// A number for each side.
  case sides(top: Int, left: Int, bottom: Int, right: Int)
  /// What keeps height and width, an odd pixel of it at the bottom and at the right, as PyTorch's `'same'`.
  ///
  /// `dilation · (kernel − 1)` pixels an axis. The stride must be 1.
  case same

  /// Pads all four sides alike.
  public init(integerLiteral value: Int) { self = .all(value) }

  /// A window along the height with this padding.
  func along(rows window: Window) throws(OperationError) -> Window {
    switch self {
    case .all(let pixels), .symmetric(let pixels, _):
      try window.with(Window.Padding(pixels))
    case .sides(let top, _, let bottom, _):
      try window.with(Window.Padding(before: top, after: bottom))
    case .same: try window.paddedAlike()
    }
  }

  /// A window along the width with this padding.
  func along(columns window: Window) throws(OperationError) -> Window {
    switch self {
    case .all(let pixels), .symmetric(_, let pixels):
      try window.with(Window.Padding(pixels))
    case .sides(_, let left, _, let right):
      try window.with(Window.Padding(before: left, after: right))
    case .same: try window.paddedAlike()
    }
  }
}

extension Window {
  /// This window with the padding that keeps any extent.
  fileprivate func paddedAlike() throws(OperationError) -> Window {
    guard stride == 1 else {
      throw .setting(
        "a window with padding .same", name: "stride", value: "\(stride)",
        allowed: "stride 1, or padding in pixels")
    }
    return try paddedToKeep(1)
  }
}

/// What the padding around an image is made of, under PyTorch's names.
public enum PaddingMode: String, Hashable, Codable, Sendable, CaseIterable {
  /// Zeros, which the convolution itself puts there.
  case zeros
  /// The image mirrored at its outermost pixels, which are not repeated.
  case reflect
  /// The outermost pixels, repeated.
  case replicate
  /// The other side of the image.
  case circular

  private var mode: Pad.Mode? {
    switch self {
    case .zeros: nil
    case .reflect: .reflect
    case .replicate: .replicate
    case .circular: .circular
    }
  }

  /// The input with the padding of windows along its last axes, and the windows without; zeros are left to these.
  func pad(
    _ input: SymbolicTensor, for windows: [Window]
  ) throws(GraphError) -> (SymbolicTensor, [Window]) {
    guard let mode else { return (input, windows) }
    let amounts = windows.map {
      Pad.Amount(before: $0.padding.before, after: $0.padding.after)
    }
    let padded = try input.tracer.append(Pad(amounts, mode: mode), [input])[0]
    do {
      return (
        padded,
        try windows.map { window throws(OperationError) in
          try window.with(Window.Padding(0))
        }
      )
    } catch {
      throw .operation(path: input.tracer.path, error)
    }
  }
}
