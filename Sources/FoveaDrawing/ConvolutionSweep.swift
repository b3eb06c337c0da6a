public import FoveaGraph

/// How a window sweeps over an axis: at each position, which pixels its taps lie on.
///
/// A convolution or a pooling reads these pixels for one result. A transposed convolution goes the other way: one
/// input is spread over these pixels of the result, and what meets in a pixel is summed.
public struct ConvolutionSweep: Hashable, Sendable {
  /// What is done with the pixels under a window.
  public enum Kind: String, Hashable, Codable, Sendable, CaseIterable {
    /// Weighted and summed.
    case convolution
    /// Written to: the gradient of a convolution with respect to its input.
    case transposedConvolution
    /// The largest, or their mean.
    case pooling
  }

  /// What is done with the pixels under a window.
  public let kind: Kind
  /// The window.
  public let window: Window
  /// Pixels of the input.
  public let inputExtent: Int
  /// Pixels of the result.
  public let outputExtent: Int

  /// Finds the result's extent.
  ///
  /// - Parameters:
  ///   - input: Pixels along the axis.
  ///   - outputPadding: Pixels that a transposed convolution's result has more at its end; which of the inputs that
  ///     a strided convolution makes equally many results of is meant.
  /// - Throws: `DrawingError` for a window that does not fit, or a number that has no meaning.
  public init(_ kind: Kind, window: Window, input: Int, outputPadding: Int = 0) throws(DrawingError)
  {
    guard 1...Window.largest ~= input else {
      throw .setting("the input", value: input, allowed: "1 to \(Window.largest) pixels")
    }
    let most = kind == .transposedConvolution ? max(window.stride, window.dilation) - 1 : 0
    guard 0...most ~= outputPadding else {
      throw .setting(
        "the output padding", value: outputPadding,
        allowed: most == 0
          ? "0 unless a transposed convolution has a stride or a dilation above 1"
          : "0 to \(most), less than the stride or the dilation")
    }
    guard kind == .pooling || !window.ceilMode else {
      throw .setting("ceil mode", value: 1, allowed: "0 unless it is a pooling")
    }
    let padding = max(window.padding.before, window.padding.after)
    guard kind != .pooling || padding * 2 <= window.kernel else {
      throw .setting("the padding", value: padding, allowed: "at most half the kernel of a pooling")
    }
    self.kind = kind
    self.window = window
    inputExtent = input
    if kind == .transposedConvolution {
      outputExtent =
        (input - 1) * window.stride - window.padding.before - window.padding.after + window.reach
        + outputPadding
      guard outputExtent > 0 else { throw .nothingLeft(outputExtent) }
    } else {
      guard let positions = window.positions(on: input) else {
        throw .windowTooLarge(
          reach: window.reach, padded: input + window.padding.before + window.padding.after)
      }
      outputExtent = positions
    }
  }

  /// Pixels of the axis that the window slides over: the input's, or a transposed convolution's result's.
  public var extent: Int { kind == .transposedConvolution ? outputExtent : inputExtent }

  /// Positions of the window.
  public var positions: Int { kind == .transposedConvolution ? inputExtent : outputExtent }

  /// The pixels under the taps at a position, those of the padding with them.
  public func taps(at position: Int) -> [Int] {
    let origin = position * window.stride - window.padding.before
    return (0..<window.kernel).map { origin + $0 * window.dilation }
  }

  /// The pixels from the first of the padding to the last, or to the last tap where ceil mode goes beyond.
  public var drawnPixels: Range<Int> {
    let last = taps(at: positions - 1).last ?? 0
    return -window.padding.before..<max(extent + window.padding.after, last + 1)
  }

  /// How many positions have a tap on each pixel of the axis.
  public var uses: [Int] {
    var uses = [Int](repeating: 0, count: extent)
    for position in 0..<positions {
      for pixel in taps(at: position) where uses.indices.contains(pixel) { uses[pixel] += 1 }
    }
    return uses
  }

  /// The result's extent with the numbers put in.
  public var formula: String {
    let (before, after) = (window.padding.before, window.padding.after)
    let reach = window.dilation == 1 ? "\(window.kernel)" : "\(window.reach)"
    let note =
      window.dilation == 1
      ? "" : "; the kernel reaches \(window.dilation)·(\(window.kernel) − 1) + 1 = \(window.reach)"
    switch kind {
    case .convolution, .pooling:
      let (open, close) = window.ceilMode ? ("⌈", "⌉") : ("⌊", "⌋")
      let quotient =
        "\(open)(\(inputExtent) + \(before) + \(after) − \(reach)) / \(window.stride)\(close) + 1"
      let slack = inputExtent + before + after - window.reach
      let rounded = (slack + window.stride - 1) / window.stride + 1
      return window.ceilMode && outputExtent < rounded
        ? "\(quotient) − 1 = \(outputExtent), since the last would start in the padding\(note)"
        : "\(quotient) = \(outputExtent)\(note)"
    case .transposedConvolution:
      let more =
        outputExtent - (inputExtent - 1) * window.stride + before + after - window.reach
      let added = more > 0 ? " + \(more)" : ""
      return "(\(inputExtent) − 1)·\(window.stride) − \(before) − \(after) + \(reach)\(added) "
        + "= \(outputExtent)\(note)"
    }
  }

  /// What is drawn, in words.
  public var title: String {
    let name =
      switch kind {
      case .convolution: "Convolution"
      case .transposedConvolution: "Transposed convolution"
      case .pooling: "Pooling"
      }
    let padding =
      window.padding.before == window.padding.after
      ? "\(window.padding.before)" : "\(window.padding.before) and \(window.padding.after)"
    return "\(name): kernel \(window.kernel), stride \(window.stride), padding \(padding), "
      + "dilation \(window.dilation)" + (window.ceilMode ? ", ceil mode" : "")
      + "; \(inputExtent) → \(outputExtent)"
  }
}
