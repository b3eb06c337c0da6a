public import FoveaDrawing
import FoveaGraph

/// Draws how a convolution's, a transposed convolution's or a pooling's window sweeps over its input.
public struct DrawConvolutionCommand: Hashable, Codable, Sendable {
  /// What is done with the pixels under the window.
  public var kind: ConvolutionSweep.Kind
  /// The SVG file.
  public var output: String
  /// Taps along an axis.
  public var kernel = 3
  /// Pixels from one position to the next; 1, or the kernel of a pooling where left out, as in PyTorch.
  public var stride: Int?
  /// Zeros at both ends.
  public var padding = 0
  /// Pixels from one tap to the next.
  public var dilation = 1
  /// Pixels of the input along an axis.
  public var input = 5
  /// Pixels that a transposed convolution's result has more at its end.
  public var outputPadding = 0
  /// Whether a last position that hangs over the end counts, of a pooling.
  public var ceilMode = false
  /// How it is shown.
  public var style: ConvolutionSweep.Style

  /// What was drawn.
  public struct Report: Hashable, Codable, Sendable {
    /// The file.
    public let picture: PictureReport
    /// Pixels of the input.
    public let input: Int
    /// Pixels of the result.
    public let output: Int
    /// How that number comes about.
    public let formula: String
    /// How often each pixel is read; of a transposed convolution, how many terms meet in each of its results.
    public let uses: [Int]
  }

  /// Makes the request.
  public init(
    _ kind: ConvolutionSweep.Kind, output: String, style: ConvolutionSweep.Style = .rows
  ) {
    self.kind = kind
    self.output = output
    self.style = style
  }

  /// Draws.
  ///
  /// - Throws: `OperationError` and `DrawingError` for numbers that make no window, or do not fit in a picture;
  ///   `CommandError` for a file of another kind, `FileWriteError`.
  public func run() throws -> Report {
    let file = try PictureFile(requested: output, formats: [.svg])
    let window = try Window(
      kernel: kernel, stride: stride ?? (kind == .pooling ? kernel : 1), dilation: dilation,
      padding: Window.Padding(padding), ceilMode: ceilMode)
    let sweep = try ConvolutionSweep(
      kind, window: window, input: input, outputPadding: outputPadding)
    let picture = try file.write(svg: sweep.svg(style))
    return Report(
      picture: picture, input: sweep.inputExtent, output: sweep.outputExtent,
      formula: sweep.formula, uses: sweep.uses)
  }
}
